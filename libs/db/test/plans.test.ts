import { afterAll, beforeAll, expect, it } from "vitest";
import { accept, acquire, commit, type Fixture, message, opened, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

interface Read {
  inSequence: number;
  byIndex: number;
}

/** Rows that were read so far, in sequence and by index, of the tables with a row per session, turn, message or event. */
async function rowsRead(): Promise<Read> {
  await f.db.query("select pg_stat_force_next_flush()");
  const [row] = await f.db.query<Read>(
    `select sum(seq_tup_read)::int as "inSequence", sum(coalesce(idx_tup_fetch, 0))::int as "byIndex"
       from pg_stat_user_tables where relname ~ '^(session_turns|session_events|text_conversation|temporary_chat_sessions)'`,
  );
  if (!row) throw new Error("no statistics");
  return row;
}

/** What `work` reads. One call after the other, so the pool uses one connection, whose counts are flushed. */
async function readBy(work: () => Promise<unknown>): Promise<Read> {
  const before = await rowsRead();
  await work();
  const after = await rowsRead();
  return { inSequence: after.inSequence - before.inSequence, byIndex: after.byIndex - before.byIndex };
}

it("reads the same few rows for each turn, however large the database has grown since it was empty", async () => {
  const sessions: string[] = [];
  for (let n = 0; n < 30; n += 1) {
    const sessionId = await opened(f);
    sessions.push(sessionId);
    const item = message(f, sessionId, "hello");
    const accepted = await readBy(() => accept(f, [item]));
    const held = await acquire(f, sessionId);
    const turn = held?.turns[0];
    if (held === null || turn === undefined) throw new Error("not acquired");
    const committed = await readBy(() => commit(f, [reply(f, held, turn)]));
    expect([n, accepted, committed]).toEqual([...[n, { inSequence: 0, byIndex: 2 }], { inSequence: 0, byIndex: 2 }]);
  }
});

it("never scans a table sequentially, whatever a turn needs", async () => {
  const sessionId = await opened(f);
  const turn = async (): Promise<void> => {
    await accept(f, [message(f, sessionId, "hello")]);
    const held = await acquire(f, sessionId);
    if (!held?.turns[0]) throw new Error("not acquired");
    expect(await commit(f, [reply(f, held, held.turns[0])])).toMatchObject([{ outcome: "committed" }]);
  };
  for (let n = 0; n < 40; n += 1) expect(await readBy(turn)).toMatchObject({ inSequence: 0 });
});
