import { getSession, RUNNERS_KEY, stopTurn, type TurnState, turnStopLive } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

/** Says `words`, then waits until it is let go or aborted. */
function talkingModel(words: string): { model: Model; speaking(): Promise<void>; aborted(): number } {
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  let aborted = 0;
  let speaking = 0;
  return {
    aborted: () => aborted,
    speaking: () =>
      eventually(async () => {
        if (speaking === 0) throw new Error("not yet");
        speaking = 0;
      }),
    model: {
      ...echo,
      name: "gpt-4o-mini",
      async reply(request, options) {
        if (request.messages.at(-1)?.content.startsWith("quick")) return echo.reply(request, options);
        if (words !== "") options.onDelta?.(words);
        speaking += 1;
        await new Promise<never>((_, reject) => {
          const end = (): void => {
            aborted += 1;
            reject(options.signal.reason);
          };
          if (options.signal.aborted) end();
          else options.signal.addEventListener("abort", end, { once: true });
        });
        return echo.reply(request, options);
      },
    },
  };
}

/** How long the model speaks before it is stopped. */
const SPOKEN_MS = 20;

let h: TurnHarness;
let agentId: string;
const runners: { stop(): Promise<void> }[] = [];
const runner = async (...given: Parameters<TurnHarness["runner"]>): Promise<{ stop(): Promise<void> }> => {
  const started = await h.runner(...given);
  runners.push(started);
  return started;
};
const access = (sessionId: string) => ({ type: "hmac" as const, tenantId: h.tenantId, sessionId });
const stop = (sessionId: string, turnId: string | null = null) =>
  h.bus.call(stopTurn, { access: access(sessionId), turnId });
const used = async (sessionId: string): Promise<number> =>
  (await h.bus.call(getSession, { access: access(sessionId) })).session.message_count;
const endings = async (sessionId: string, turnId: string): Promise<string[]> => {
  const log = await h.events(sessionId);
  return log
    .filter((event) => "payload" in event && JSON.stringify(event).includes(`"${turnId}"`))
    .map((event) => event.type)
    .filter((type) => type === "turn" || type === "error");
};

beforeAll(async () => {
  h = await turnHarness();
});
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
});
afterAll(() => h.close());

describe("stopping a turn", () => {
  it("keeps the text said so far, leaves the workflow where it was and aborts the model", async () => {
    const talking = talkingModel("As I was say");
    await runner(talking.model);
    agentId = await h.agent(ECHO);
    const { sessionId } = await h.open(agentId);
    const { turnId } = await h.accept(sessionId, "tell me");
    await talking.speaking();
    const spokenAt = performance.now();
    await eventually(async () => expect(performance.now() - spokenAt).toBeGreaterThan(SPOKEN_MS));
    expect(await stop(sessionId)).toEqual({ stopped: true, turnId });
    const turn = await h.settled(sessionId, turnId);
    expect(turn).toMatchObject({
      status: "done",
      result: {
        response: "As I was say",
        finish_reason: "stopped",
        node_id: "talk",
        previous_node_id: "talk",
        transitions: [],
        extracted_variables: null,
        session_ended: false,
        turn_number: 1,
      },
    });
    expect(talking.aborted()).toBe(1);
    expect(await h.history(sessionId)).toEqual(["assistant: Welcome.", "user: tell me", "assistant: As I was say"]);
    expect(await endings(sessionId, turnId)).toEqual(["turn"]);
    expect(turn.status === "done" && turn.result.usage.input_tokens).toBeGreaterThan(0);
    expect(turn.status === "done" && turn.result.usage.output_tokens).toBe(3);
    // The model was at work until it was stopped.
    expect(turn.status === "done" && turn.result.latency_ms).toBeGreaterThanOrEqual(SPOKEN_MS);
    const log = await h.events(sessionId);
    expect(log.find((event) => event.type === "turn" && JSON.stringify(event).includes(turnId))).toMatchObject({
      payload: { finish_reason: "stopped" },
    });
    // The conversation continues from there.
    expect(await h.send(sessionId, "quick one")).toMatchObject({
      status: "done",
      result: { response: "echo(quick one)", turn_number: 2 },
    });
    // A turn that is over stays as it is.
    expect(await stop(sessionId, turnId)).toEqual({ stopped: false, turnId });
    expect(await stop(sessionId)).toEqual({ stopped: false, turnId: null });
  });

  it("fails a turn that had said nothing and refunds its message", async () => {
    const silent = talkingModel("");
    await runner(silent.model);
    const { sessionId } = await h.open(agentId);
    const { turnId } = await h.accept(sessionId, "hm");
    await silent.speaking();
    expect(await used(sessionId)).toBe(1);
    const asked = await Promise.all(Array.from({ length: 5 }, () => stop(sessionId, turnId)));
    // Which of them comes first is chance; one that comes when all is over has stopped nothing.
    expect(asked).toContainEqual({ stopped: true, turnId });
    for (const one of asked) expect(one.turnId).toBe(turnId);
    expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "failed", code: "turn_stopped" });
    expect(await used(sessionId)).toBe(0);
    expect(await endings(sessionId, turnId)).toEqual(["error"]);
    expect(await trace(sessionId)).toMatchObject({ calls: [{ failed: "turn_stopped", model: "gpt-4o-mini" }] });
  });

  it("stops a queued turn before it begins, and the turns around it run", async () => {
    const talking = talkingModel("Well");
    await runner(talking.model);
    const { sessionId } = await h.open(agentId);
    const first = await h.accept(sessionId, "long");
    await talking.speaking();
    const second = await h.accept(sessionId, "long too");
    const third = await h.accept(sessionId, "quick");
    expect(await stop(sessionId, second.turnId)).toEqual({ stopped: true, turnId: second.turnId });
    await stop(sessionId, first.turnId);
    expect(await h.settled(sessionId, second.turnId)).toMatchObject({ status: "failed", code: "turn_stopped" });
    expect(await h.settled(sessionId, third.turnId)).toMatchObject({ status: "done" });
  });

  it("takes effect within one lease extension when the message to the runners is lost", async () => {
    const talking = talkingModel("Once upon");
    await runner(talking.model, { LEASE_MS: 1_000 });
    const { sessionId } = await h.open(agentId);
    const { turnId } = await h.accept(sessionId, "a story");
    await talking.speaking();
    // The wish reaches the database alone.
    await h.db.query("select request_stop($1::jsonb, null)", [
      JSON.stringify({ tenant_id: h.tenantId, session_id: sessionId }),
    ]);
    expect(await h.settled(sessionId, turnId)).toMatchObject({
      status: "done",
      result: { response: "Once upon", finish_reason: "stopped" },
    });
  });

  it("ends the turn once when its runner dies right after the request", async () => {
    const talking = talkingModel("Half a");
    const dying = await runner(talking.model);
    const { sessionId } = await h.open(agentId);
    const { turnId } = await h.accept(sessionId, "question");
    await talking.speaking();
    // As if killed: the lease moves on without the runner's doing; whatever it still writes is refused by the fence.
    await h.db.tenant(h.tenantId, (trx) =>
      sql`update text_conversations set fence = fence + 1, lease_until = null where session_id = ${sessionId}`.execute(
        trx,
      ),
    );
    await stop(sessionId, turnId);
    await runner();
    const turn: TurnState = await h.settled(sessionId, turnId);
    expect(turn).toMatchObject({ status: "failed", code: "turn_stopped" });
    await dying.stop();
    expect(await endings(sessionId, turnId)).toEqual(["error"]);
    expect(await used(sessionId)).toBe(0);
  });

  it("still opens the session when its greeting is stopped before the first word", async () => {
    const silent = talkingModel("");
    await runner(silent.model);
    const greeting = await h.agent({
      agent: { name: "Greeter" },
      workflow: { initial_node: "talk", nodes: [{ id: "talk", proactive: true, system_prompt: "Greet." }] },
    });
    const opening = h.open(greeting);
    await silent.speaking();
    const [row] = await h.db.tenant(
      h.tenantId,
      async (trx) =>
        (
          await sql<{
            session_id: string;
          }>`select session_id from text_conversations order by created_at desc limit 1`.execute(trx)
        ).rows,
    );
    await stop(row?.session_id ?? "");
    const { sessionId, turn } = await opening;
    expect(turn).toMatchObject({ status: "done", result: { response: "", finish_reason: "stopped", turn_number: 0 } });
    expect(await h.send(sessionId, "quick")).toMatchObject({ status: "done", result: { turn_number: 1 } });
  });

  it("refuses an unknown turn, and the session still works", async () => {
    await runner();
    const { sessionId } = await h.open(agentId);
    h.bus.publishLive(turnStopLive, RUNNERS_KEY, { turnId: "none.1" });
    await expect(stop(sessionId, "018f3a5e-7c1b-7d2e-8a4f-000000000001.1")).rejects.toMatchObject({
      code: "turn_not_found",
    });
    await expect(stop(sessionId, "nonsense")).rejects.toMatchObject({ code: "turn_not_found" });
    expect(await h.send(sessionId, "hi")).toMatchObject({ status: "done" });
  });
});

async function trace(sessionId: string): Promise<unknown> {
  const rows = await h.db.tenant(
    h.tenantId,
    async (trx) =>
      (
        await sql<{
          trace: unknown;
        }>`select t.trace from session_turns t join text_conversations c on c.id = t.conversation_id
         where c.session_id = ${sessionId} order by t.seq desc limit 1`.execute(trx)
      ).rows,
  );
  return rows[0]?.trace;
}
