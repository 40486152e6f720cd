import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../src/index.js";
import { accept, acquire, commit, type Fixture, message, opened, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

const memoryOf = async (subject: string) => {
  const { rows } = await f.db.tenant(f.tenantId, (trx) =>
    sql<{ notes: string; revision: number; changes: number }>`
      select notes, revision, (select count(*)::int from memory_revisions r where r.subject_hash = m.subject_hash) as changes
        from memories m where subject_hash = ${subject}`.execute(trx),
  );
  return rows;
};

/** A turn of a new session that wants this remembered, ready to be committed. */
async function turnThatNotes(subject: string, notes: string[]) {
  const sessionId = await opened(f);
  await accept(f, [message(f, sessionId, "hello")]);
  const held = await acquire(f, sessionId);
  if (!held?.turns[0]) throw new Error("not acquired");
  const memory = { agent_id: f.agentId, subject, address_sealed: "sealed", notes };
  return reply(f, held, held.turns[0], { memory });
}

describe("notes of a turn", () => {
  it("are written once when the commit is repeated, and not by a late commit", async () => {
    const turn = await turnThatNotes("ada", ["tea", "cake"]);
    const late = { ...turn, fence: Number(turn.fence) - 1 };
    expect(await commit(f, [late])).toMatchObject([{ outcome: "fenced" }]);
    expect(await memoryOf("ada")).toEqual([]);
    expect(await commit(f, [turn])).toMatchObject([{ outcome: "committed" }]);
    expect(await commit(f, [turn])).toMatchObject([{ outcome: "fenced" }]);
    expect(await memoryOf("ada")).toEqual([{ notes: "tea\ncake", revision: 2, changes: 1 }]);
  });

  it("are all kept when many sessions of the same people are committed in crossing batches", async () => {
    const turns = await Promise.all(
      Array.from({ length: 16 }, (_, n) => turnThatNotes(n % 2 === 0 ? "bob" : "eve", [`note ${n}`])),
    );
    const batches = [turns.slice(0, 8), turns.slice(8).reverse()];
    const done = await Promise.all(batches.map((batch) => commit(f, batch)));
    expect(done.flat().every(({ outcome }) => outcome === "committed")).toBe(true);
    for (const subject of ["bob", "eve"]) {
      const [memory] = await memoryOf(subject);
      expect(memory?.notes.split("\n")).toHaveLength(8);
      expect(memory?.changes).toBe(8);
    }
  });
});
