import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import type { FakeSession } from "./fake-records.js";
import { bodyOf, readStream, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function open(): Promise<FakeSession> {
  world.sessions.answers = (text) => `echo ${text}`;
  const create = { tenant_id: TENANT, agent_id: AGENT, metadata: { n: Math.random() } };
  const answer = await world.signed("POST", "/api/chat/sessions", create);
  const session = world.sessions.sessions.get((await bodyOf(answer)).session_id);
  if (session === undefined) throw new Error("session is unknown");
  world.sessions.answers = null;
  return session;
}

/** Sends a message whose turn then fails with this code. */
async function failing(code: string, headers: Record<string, string> = {}): Promise<Response> {
  const session = await open();
  const path = `/api/chat/sessions/${session.view.session_id}/messages`;
  const pending = world.signed("POST", path, { content: "spend" }, { headers });
  await expect.poll(() => session.turns.size).toBe(2);
  world.sessions.fail(session, world.sessions.lastTurn(session), code);
  return pending;
}

describe("a turn refused by its link's budget", () => {
  it.each([
    ["budget_busy", 429, true],
    ["budget_exhausted", 429, false],
    ["budget_unpriced", 503, false],
  ])("with %s answers %d, and with Retry-After only where waiting helps", async (code, status, waits) => {
    const answer = await failing(code);
    const body = await bodyOf(answer);
    expect([answer.status, body.code]).toEqual([status, code]);
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
    if (waits) {
      expect(seconds).toBeGreaterThanOrEqual(2);
      expect(body.retry_after).toBe(seconds);
    } else {
      expect(seconds).toBeNaN();
      expect(body).not.toHaveProperty("retry_after");
    }
  });

  it("sends the same error to a reader of the turn's own stream", async () => {
    const events = await readStream(await failing("budget_busy", { accept: "text/event-stream" }));
    const last = events.at(-1);
    expect(last?.event).toBe("error");
    expect(last?.data).toMatchObject({ code: "budget_busy", status: 429, retry_after: expect.any(Number) });
  });
});
