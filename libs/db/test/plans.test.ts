import { afterAll, beforeAll, expect, it } from "vitest";
import { accept, acquire, commit, type Fixture, message, opened, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

/** Rows that were read in sequence so far, of each table with a row per turn, message or event. */
async function readInSequence(): Promise<Record<string, number>> {
  await f.db.query("select pg_stat_force_next_flush()");
  const rows = await f.db.query<{ table: string; rows: number }>(
    `select relname as table, seq_tup_read::int as rows from pg_stat_user_tables
      where relname ~ '^(session_turns|session_events|text_conversations?_|text_conversations|temporary_chat_sessions)'`,
  );
  return Object.fromEntries(rows.map(({ table, rows: read }) => [table, read]));
}

it("reads no table in sequence, however many turns a database has had since it was empty", async () => {
  const sessions = await Promise.all(Array.from({ length: 20 }, () => opened(f)));
  const round = async (): Promise<void> => {
    for (const sessionId of sessions) {
      await accept(f, [message(f, sessionId, "hello")]);
      const held = await acquire(f, sessionId);
      if (!held?.turns[0]) throw new Error("not acquired");
      expect(await commit(f, [reply(f, held, held.turns[0])])).toMatchObject([{ outcome: "committed" }]);
    }
  };
  // Enough calls for every connection of the pool to settle on its plans.
  for (let n = 0; n < 8; n += 1) await round();
  const before = await readInSequence();
  for (let n = 0; n < 8; n += 1) await round();
  expect(await readInSequence()).toEqual(before);
});
