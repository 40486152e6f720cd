import { insertTenant } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../src/index.js";
import { accept, acquire, commit, type Fixture, message, opened, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
/** A second tenant in the same database. */
let g: Fixture;

beforeAll(async () => {
  f = await turnFixture();
  g = { ...f, ...(await insertTenant(f.db, {})) };
});
afterAll(() => f.close());

/** What a tenant sees of a table, by tenant_id. */
const tenantsSeenBy = async (tenantId: string, table: "session_turns" | "text_conversation_messages") => {
  const { rows } = await f.db.tenant(tenantId, (trx) =>
    sql<{ tenant_id: string }>`select distinct tenant_id from ${sql.table(table)}`.execute(trx),
  );
  return rows.map((row) => row.tenant_id);
};

describe("one batch with the items of two tenants", () => {
  it("writes each item under its own tenant, in accept and in commit", async () => {
    const [mine, theirs] = [await opened(f), await opened(g)];
    const answers = await accept(f, [message(f, mine, "a"), message(g, theirs, "b"), message(f, mine, "c")]);
    expect(answers).toMatchObject([{ replayed: false }, { replayed: false }, { replayed: false }]);
    expect(answers.map((answer) => answer.tenant_id)).toEqual([f.tenantId, g.tenantId, f.tenantId]);

    const [held, other] = [await acquire(f, mine), await acquire(g, theirs)];
    if (!held?.turns[0] || !other?.turns[0]) throw new Error("not acquired");
    const done = await commit(f, [reply(g, other, other.turns[0]), reply(f, held, held.turns[0])]);
    expect(done).toMatchObject([{ outcome: "committed" }, { outcome: "committed" }]);
    for (const table of ["session_turns", "text_conversation_messages"] as const) {
      expect(await tenantsSeenBy(f.tenantId, table)).toEqual([f.tenantId]);
      expect(await tenantsSeenBy(g.tenantId, table)).toEqual([g.tenantId]);
    }
  });

  it("rejects an item that names a session of the other tenant, whatever precedes it in the batch", async () => {
    const [mine, theirs] = [await opened(f), await opened(g)];
    const stolen = { ...message(f, theirs, "x"), access: { tenant_id: f.tenantId, session_id: theirs } };
    for (const items of [
      [message(g, theirs, "b"), stolen],
      [stolen, message(g, theirs, "b")],
    ]) {
      const answers = await accept(f, items);
      expect(answers.filter((answer) => answer.error === "session_not_found")).toHaveLength(1);
      expect(answers[items.indexOf(stolen)]).toMatchObject({ error: "session_not_found" });
    }
    const held = await acquire(g, theirs);
    if (!held?.turns[0]) throw new Error("not acquired");
    // A commit under the wrong tenant does not see the conversation: fenced, like any other that may not write.
    const wrong = { ...reply(g, held, held.turns[0]), tenant_id: f.tenantId };
    const own = await acquire(f, mine);
    expect(own).toBeNull();
    expect(await commit(f, [wrong])).toMatchObject([{ outcome: "fenced" }]);
    expect(await commit(f, [reply(g, held, held.turns[0])])).toMatchObject([{ outcome: "committed" }]);
  });
});
