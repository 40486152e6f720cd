import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accept, acquire, commit, type Fixture, message, open, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
let client: pg.Client;
beforeAll(async () => {
  f = await turnFixture();
  client = new pg.Client({ connectionString: f.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await f.close();
});

const text = readFileSync(new URL("../../../docs/analytics.md", import.meta.url), "utf8");
const printed = /```sql\n([\s\S]*?)```/.exec(text)?.[1] ?? "";

/** The statements as printed, for this tenant and session; answers the rows of each. */
async function run(sql: string, at: { tenantId: string; sessionId: string }): Promise<unknown[][]> {
  const own = sql.replace("00000000-0000-4000-8000-000000000000", at.tenantId).replace("text_abc123", at.sessionId);
  const results: unknown = await client.query(own);
  if (!Array.isArray(results)) throw new Error("one statement alone");
  return results.map(({ rows }: { rows: unknown[] }) => rows);
}

async function converse(contents: string[]): Promise<string> {
  const { sessionId } = await open(f);
  for (const content of ["", ...contents]) {
    if (content !== "") await accept(f, [message(f, sessionId, content)]);
    const held = await acquire(f, sessionId);
    if (!held?.turns[0]) throw new Error("not acquired");
    await commit(f, [reply(f, held, held.turns[0])]);
  }
  return sessionId;
}

it("answers a conversation with its messages in order, and the messages of each day, by the SQL of the guide", async () => {
  const sessionId = await converse(["first", "second"]);
  await converse(["other"]);
  const [, , , conversation, days] = await run(printed, { tenantId: f.tenantId, sessionId });
  const said = conversation?.map((row) =>
    Object.values(row as object)
      .slice(4, 6)
      .join(": "),
  );
  expect(said).toEqual([
    "assistant: reply 1",
    "user: first",
    "assistant: reply 2",
    "user: second",
    "assistant: reply 3",
  ]);
  // A run around midnight has two days.
  const counts = days?.map((row) => Number(Reflect.get(row as object, "messages"))) ?? [];
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(8);
  expect(counts.length).toBeLessThanOrEqual(2);
});

it("shows nothing to another tenant, and fails without a tenant", async () => {
  const sessionId = await converse(["hello"]);
  const stranger = "00000000-0000-4000-8000-000000000001";
  const [, , , conversation, days] = await run(printed, { tenantId: stranger, sessionId });
  expect([conversation, days]).toEqual([[], []]);
  const nameless = printed.replace(/^select set_config.*$/m, "");
  await expect(run(nameless, { tenantId: f.tenantId, sessionId })).rejects.toThrow(/app\.tenant_id|uuid: ""/);
  await client.query("rollback");
});
