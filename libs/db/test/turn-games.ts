import fc from "fast-check";
import { expect } from "vitest";
import { sql } from "../src/index.js";
import { accept, acquire, commit, type Fixture, message, reply } from "./turn-fixture.js";

/** One session as its turns may change it. */
export interface TurnModel {
  /** In the order of acceptance, from turn 2 on; the first turn opens the session. */
  turns: { content: string; status: "pending" | "done" | "failed" }[];
  max: number;
  /** Which runner took the lease last: the others are late, whatever the time. */
  epoch: number | null;
  /** Whether its time runs; when it is over, anyone may take the lease, but until somebody does it is still good. */
  isLeased: boolean;
  hasEnded: boolean;
}

type Lease = NonNullable<Awaited<ReturnType<typeof acquire>>>;

export interface TurnReal {
  f: Fixture;
  sessionId: string;
  /** The last lease of each runner, also when it is over. */
  leases: (Lease | null)[];
  said: number;
  met: Set<string>;
}

/** All that the calls can come to. */
export const TURN_OUTCOMES = [
  ...["accepted", "repeated", "messages_exhausted", "session_ended"],
  ...["acquired", "not acquired", "committed", "fenced", "failed", "stopped", "nothing to stop", "kept", "not kept"],
];

export type TurnCommand = fc.AsyncCommand<TurnModel, TurnReal>;

const pendingOf = ({ turns }: TurnModel) => turns.filter(({ status }) => status === "pending");
/** What counts: accepted and not failed. */
const usedOf = ({ turns }: TurnModel): number => turns.filter(({ status }) => status !== "failed").length;
const access = ({ f, sessionId }: TurnReal): string => JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId });

export class Accept implements TurnCommand {
  constructor(private readonly repeats: boolean) {}
  check = () => true;
  toString = () => `accept(${this.repeats ? "the same again" : "new"})`;
  async run(model: TurnModel, real: TurnReal): Promise<void> {
    const isRepeat = this.repeats && real.said > 0;
    if (!isRepeat) real.said += 1;
    const id = `c${real.said}`;
    const item = message(real.f, real.sessionId, id, { client_message_id: id });
    const [got] = await accept(real.f, [item]);
    const known = model.turns.findIndex(({ content }) => content === id);
    if (known >= 0) {
      real.met.add("repeated");
      return expect(got).toMatchObject({
        replayed: true,
        turn: { seq: known + 2, status: model.turns[known]?.status },
      });
    }
    const refusal = model.hasEnded ? "session_ended" : usedOf(model) >= model.max ? "messages_exhausted" : null;
    real.met.add(refusal ?? "accepted");
    if (refusal !== null) return expect(got).toMatchObject({ error: refusal });
    model.turns.push({ content: id, status: "pending" });
    expect(got).toMatchObject({ replayed: false, turn: { seq: model.turns.length + 1 }, messages_used: usedOf(model) });
  }
}

export class Acquire implements TurnCommand {
  constructor(private readonly runner: number) {}
  check = () => true;
  toString = () => `acquire(${this.runner})`;
  async run(model: TurnModel, real: TurnReal): Promise<void> {
    const lease = await acquire(real.f, real.sessionId, 60_000);
    const isFree = !model.isLeased && pendingOf(model).length > 0 && !model.hasEnded;
    real.met.add(lease === null ? "not acquired" : "acquired");
    expect(lease !== null).toBe(isFree);
    if (lease === null) return;
    model.epoch = this.runner;
    model.isLeased = true;
    expect(lease.turns.map(({ content }) => content)).toEqual(pendingOf(model).map(({ content }) => content));
    real.leases[this.runner] = lease;
  }
}

/** Answers or fails the next turn of a lease, which may be over: then nothing at all may change. */
export class Finish implements TurnCommand {
  constructor(
    private readonly runner: number,
    private readonly how: "answer" | "fail" | "end",
  ) {}
  check = () => true;
  toString = () => `${this.how}(${this.runner})`;
  async run(model: TurnModel, real: TurnReal): Promise<void> {
    const lease = real.leases[this.runner];
    const turn = lease?.turns[0];
    if (lease == null || turn === undefined) return;
    const more = {
      failed: this.how === "fail" ? "model_unavailable" : null,
      ended: this.how === "end",
      lease_ms: 60_000,
    };
    const [got] = await commit(real.f, [reply(real.f, lease, turn, more)]);
    const next = pendingOf(model)[0];
    const isHolder = model.epoch === this.runner && !model.hasEnded && next?.content === turn.content;
    expect([this.toString(), got?.outcome]).toEqual([this.toString(), isHolder ? "committed" : "fenced"]);
    real.met.add(isHolder && this.how === "fail" ? "failed" : String(got?.outcome));
    if (!isHolder || next === undefined) return;
    lease.turns.shift();
    next.status = this.how === "fail" ? "failed" : "done";
    if (this.how === "end") {
      model.hasEnded = true;
      // With the end of a session its waiting turns fail, and give their message back.
      for (const waiting of pendingOf(model)) waiting.status = "failed";
    }
    // The lease ends with the last turn; who is asked later has to take it again.
    model.isLeased = pendingOf(model).length > 0 && !model.hasEnded;
    expect(got?.more).toBe(pendingOf(model).length > 0 && !model.hasEnded);
  }
}

/** The lease runs out: its time in the database is moved. */
export class RunOut implements TurnCommand {
  check = ({ isLeased }: TurnModel) => isLeased;
  toString = () => "lease runs out";
  async run(model: TurnModel, real: TurnReal): Promise<void> {
    await real.f.db.tenant(real.f.tenantId, (trx) =>
      sql`update text_conversations set lease_until = now() - interval '1 hour'
          where session_id = ${real.sessionId}`.execute(trx),
    );
    model.isLeased = false;
  }
}

/** Keeps a lease: only that of the newest epoch, and not one that a commit has given back. */
export class Keep implements TurnCommand {
  constructor(private readonly runner: number) {}
  check = ({ hasEnded, isLeased }: TurnModel) => isLeased && !hasEnded;
  toString = () => `keep(${this.runner})`;
  async run(model: TurnModel, real: TurnReal): Promise<void> {
    const lease = real.leases[this.runner];
    if (lease == null) return;
    const [row] = await real.f.db.query<{ r: unknown }>("select keep_lease($1, $2, $3, 60000) as r", [
      ...[real.f.tenantId, real.sessionId, lease.fence],
    ]);
    const isKept = row?.r !== null;
    real.met.add(isKept ? "kept" : "not kept");
    expect(isKept).toBe(model.epoch === this.runner);
  }
}

export class Stop implements TurnCommand {
  check = () => true;
  toString = () => "stop";
  async run(model: TurnModel, real: TurnReal): Promise<void> {
    const [row] = await real.f.db.query<{ r: { stopped: boolean } }>("select request_stop($1::jsonb, null) as r", [
      access(real),
    ]);
    real.met.add(row?.r.stopped ? "stopped" : "nothing to stop");
    expect(row?.r.stopped).toBe(pendingOf(model).length > 0 && !model.hasEnded);
  }
}

/** What the tables must hold at the end: turns 1..N, one reply to each that is done, none to others, and the quota of the rest. */
export async function audit(model: TurnModel, { f, sessionId }: Pick<TurnReal, "f" | "sessionId">): Promise<void> {
  const { turns, words, used } = await f.db.tenant(f.tenantId, async (trx) => {
    const conversations = await sql<{ id: string; messages_used: number }>`
      select id, messages_used from text_conversations where session_id = ${sessionId}`.execute(trx);
    const [session] = conversations.rows;
    if (session === undefined) throw new Error("no such session");
    const turns = await sql<{ seq: number; content: string; status: string }>`
      select seq, content, status from session_turns where conversation_id = ${session.id} order by seq`.execute(trx);
    const words = await sql<{ turn_seq: number; role: string; sequence: number }>`
      select turn_seq, role, sequence from text_conversation_messages
       where conversation_id = ${session.id} order by sequence`.execute(trx);
    return { used: session.messages_used, turns: turns.rows, words: words.rows };
  });
  expect(turns.map(({ seq }) => seq)).toEqual(turns.map((_, index) => index + 1));
  const wanted = model.turns.map((turn) => [turn.content, turn.status]);
  expect(turns.slice(1).map((turn) => [turn.content, turn.status])).toEqual(wanted);
  expect(words.map(({ sequence }) => sequence)).toEqual(words.map((_, index) => index + 1));
  const replies = words.filter(({ role }) => role === "assistant").map(({ turn_seq }) => turn_seq);
  expect(replies).toEqual(turns.filter((turn) => turn.status === "done").map(({ seq }) => seq));
  if (!model.hasEnded) expect(used).toBe(usedOf(model));
}

const runner = fc.constantFrom(0, 1);
const finish = fc.tuple(runner, fc.constantFrom("answer" as const, "answer" as const, "fail" as const));

export const turnCommands = fc.commands(
  [
    ...[fc.constant(new Accept(false)), fc.constant(new Accept(false)), fc.constant(new Accept(true))],
    ...[runner.map((it) => new Acquire(it)), runner.map((it) => new Acquire(it))],
    ...[finish.map((it) => new Finish(...it)), finish.map((it) => new Finish(...it))],
    runner.map((it) => new Keep(it)),
    fc.constantFrom(new RunOut(), new Stop(), new RunOut(), new Finish(0, "end")),
  ],
  { maxCommands: 40, size: "max" },
);
