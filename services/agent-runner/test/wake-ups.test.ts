import { createScriptedModel, type Model } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
beforeEach(async () => {
  h = await turnHarness();
});
afterEach(() => h.close());

/** After its first look such a runner learns of turns by wake-ups alone. */
const HINTS_ONLY = { POLL_INTERVAL_MS: 60_000 };
const echo = createScriptedModel({ paceMs: 0, echo: true });
const LONG = { timeoutMs: 15_000 };

/** Answers nothing until it is let go. */
function stuckModel(): { model: Model; started(): number; release(): void } {
  let started = 0;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const reply: Model["reply"] = async (request, options) => {
    started += 1;
    await gate;
    return echo.reply(request, options);
  };
  return { model: { ...echo, name: "stuck", reply }, started: () => started, release: () => release() };
}

/** The acceptance grants no lease to a session with a confirmed address: how long one lasts is no part of how soon its turn begins. */
const CONFIRMED = { participant: { email: "ada@example.com" } };

/** Sessions that have been opened, by a runner that is gone again. */
async function openSessions(count: number, more = {}): Promise<string[]> {
  const runner = await h.runner();
  const agentId = await h.agent(ECHO);
  const opened = await Promise.all(Array.from({ length: count }, () => h.open(agentId, more)));
  await runner.stop();
  return opened.map(({ sessionId }) => sessionId);
}

const acceptAll = (sessionIds: string[]) => Promise.all(sessionIds.map((id) => h.accept(id, "hello")));

describe("a pending turn", () => {
  it("is answered at once by a runner that starts later", async () => {
    const [sessionId = ""] = await openSessions(1, CONFIRMED);
    const { turnId } = await h.accept(sessionId, "hello");
    await h.runner(echo, HINTS_ONLY);
    expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "done" });
  });

  it("is answered at once after a bus outage, although its wake-up was lost", async () => {
    const [sessionId = ""] = await openSessions(1, CONFIRMED);
    await h.runner(echo, HINTS_ONLY);
    await h.nats.kill();
    const { turnId } = await h.accept(sessionId, "hello");
    await h.nats.restart();
    expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "done" });
  });

  it("is answered by a runner that starts later, once the lease granted with the message is over", async () => {
    const [sessionId = ""] = await openSessions(1);
    const { turnId } = await h.accept(sessionId, "hello");
    await h.runner(echo, HINTS_ONLY);
    expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "done" });
  });

  it("is answered by another runner when the one with its wake-up does not get to it", async () => {
    const sessionIds = await openSessions(5);
    const { model, started, release } = stuckModel();
    await h.runner(model, { RUNNER_CONCURRENCY: 1 });
    await acceptAll(sessionIds);
    await eventually(() => expect(started()).toBe(1));
    await h.runner();
    await eventually(async () => {
      const texts = await Promise.all(sessionIds.map((id) => h.history(id)));
      expect(texts.filter((text) => text.at(-1) === "assistant: echo(hello)")).toHaveLength(4);
    }, LONG);
    release();
  });

  it("is answered by another runner when its own is told to stop before it has begun", async () => {
    const sessionIds = await openSessions(5);
    const { model, started, release } = stuckModel();
    const stopping = await h.runner(model, { RUNNER_CONCURRENCY: 2, ...HINTS_ONLY });
    await acceptAll(sessionIds);
    await eventually(() => expect(started()).toBe(2));
    await h.runner();
    void stopping.stop();
    await eventually(async () => {
      const texts = await Promise.all(sessionIds.map((id) => h.history(id)));
      expect(texts.filter((text) => text.at(-1) === "assistant: echo(hello)")).toHaveLength(3);
    }, LONG);
    release();
  });
});

it("two runners answer every message once, by wake-ups alone", async () => {
  const sessionIds = await openSessions(30);
  await Promise.all([h.runner(echo, HINTS_ONLY), h.runner(echo, HINTS_ONLY)]);
  for (let round = 0; round < 4; round += 1) await acceptAll(sessionIds);
  await eventually(async () => {
    const texts = await Promise.all(sessionIds.map((id) => h.history(id)));
    for (const text of texts) expect(text.filter((line) => line === "assistant: echo(hello)")).toHaveLength(4);
  }, LONG);
});
