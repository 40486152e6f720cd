import { afterAll, beforeAll, expect, it } from "vitest";
import { sql } from "../src/index.js";
import { acquire, commit, type Fixture, open, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
  const document = {
    workflow: {
      initial_node: "hello",
      nodes: [
        { id: "talk", name: "Talk" },
        { id: "hello", name: "Hello" },
      ],
    },
  };
  await f.db.tenant(f.tenantId, (trx) =>
    sql`insert into agent_versions (agent_id, version, tenant_id, document, content_hash)
      values (${f.agentId}, 7, ${f.tenantId}, ${JSON.stringify(document)}, 'seven')`.execute(trx),
  );
});
afterAll(() => f.close());

const accessTo = (sessionId: string): string => JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId });

async function sessionOf(sessionId: string): Promise<Record<string, unknown> | undefined> {
  const rows = await f.db.query<{ session: Record<string, unknown> }>("select get_session($1::jsonb) as session", [
    accessTo(sessionId),
  ]);
  return rows[0]?.session;
}

it("reports the first node of the workflow for a session whose opening failed", async () => {
  const { sessionId } = await open(f, { agent_version: 7 });
  const held = await acquire(f, sessionId);
  if (!held?.turns[0]) throw new Error("not acquired");
  await commit(f, [reply(f, held, held.turns[0], { failed: "model_unavailable" })]);
  expect(await sessionOf(sessionId)).toMatchObject({ status: "error", node_id: "hello", node_name: "Hello" });
});

it("reports it for a session that ended before it was opened, also in the answer to the end request", async () => {
  const { sessionId } = await open(f, { agent_version: 7 });
  const [row] = await f.db.query<{ answer: unknown }>("select end_session($1::jsonb, $2::json) as answer", [
    accessTo(sessionId),
    JSON.stringify({ status: "completed", reason: "client" }),
  ]);
  expect(row?.answer).toMatchObject({ success: true, final_node_id: "hello", final_node_name: "Hello" });
  expect(await sessionOf(sessionId)).toMatchObject({ status: "completed", node_id: "hello", node_name: "Hello" });
});
