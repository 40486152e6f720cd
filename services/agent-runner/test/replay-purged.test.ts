import { type Principal, replayVersion, sessionToTest, traceSession } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel } from "@parley/llm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const document = {
  agent: { name: "Purged" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        id: "hello",
        proactive: true,
        static_text: "Hello",
        transitions: [{ condition: "contains:bye", target: "end" }],
      },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
  },
};

let h: TurnHarness;
const principal = (): Principal => ({ tenantId: h.tenantId, role: "admin", via: "token", id: "test" });

beforeAll(async () => {
  h = await turnHarness();
  await h.runner(createScriptedModel());
}, 60_000);
afterAll(() => h.close());

it("a replay skips and counts sessions whose records were removed; they yield no test and no trace", async () => {
  const agent = await h.agent(document);
  const sessions: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { sessionId } = await h.open(agent);
    await h.send(sessionId, "bye");
    sessions.push(sessionId);
  }
  const [oldest = "", second = "", third = "", newest = ""] = sessions;
  await h.db.tenant(h.tenantId, (trx) =>
    sql`update text_conversations set purge_at = now(), ended_at = now() - interval '31 days'
      where session_id in (${oldest}, ${third})`.execute(trx),
  );
  const purged = await h.db.query<{ purged: number }>("select purged from purge_sessions(30, 100)");
  expect(purged).toEqual([{ purged: 2 }]);

  const call = { principal: principal(), agent, version: 1 };
  const all = await h.bus.call(replayVersion, { ...call, limit: 500 });
  expect(all).toMatchObject({ replayed: 2, identical: 2, purged: 2, remaining: [], unknown: [] });
  // The oldest one would not have been among the newest two.
  expect(await h.bus.call(replayVersion, { ...call, limit: 2 })).toMatchObject({ replayed: 2, purged: 1 });
  const named = { ...call, limit: 500, sessionIds: [second, third, "text_unknown"] };
  expect(await h.bus.call(replayVersion, named)).toMatchObject({ replayed: 1, purged: 1, unknown: ["text_unknown"] });

  await expect(h.bus.call(sessionToTest, { principal: principal(), sessionId: third })).rejects.toMatchObject({
    code: "content_removed",
  });
  const access = (sessionId: string) => ({ type: "hmac", tenantId: h.tenantId, sessionId }) as const;
  await expect(h.bus.call(traceSession, { access: access(third), after: 0, limit: 10 })).rejects.toMatchObject({
    code: "content_removed",
  });
  const kept = await h.bus.call(traceSession, { access: access(newest), after: 0, limit: 10 });
  expect(kept.turns).toHaveLength(2);
}, 60_000);
