import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { connectDb, type Db } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger } from "@parley/observability";
import { createTurnRepository } from "../../services/agent-runner/src/runner/repository/turns.js";
import { createAcceptMessages } from "../../services/sessions/src/accept/repository.js";
import { createOpenSessions } from "../../services/sessions/src/lifecycle/open-sessions.js";
import { cpuOf, sumOf } from "../measure/cpu.js";
import { formatRows } from "../measure/report.js";
import { type BenchStores, startStores } from "../stack/stores.js";
import { type Installation, type Load, simulate, sizeFor } from "./simulate.js";
import { type BenchTenant, fill, finishedTurn, itemOf, openItem } from "./sql-turns.js";

/** What one phase wrote and cost. */
interface Counters {
  statements: number;
  inserted: number;
  updated: number;
  log: number;
  disk: number;
  cpuMs: number;
}

/** Sessions that open together: a batch of the group commit. */
const TOGETHER = 32;
/** Sessions that one call of the sweep looks at, as cleanup does. */
const SWEEP = 200;

/**
 * `npm run bench -- capacity [sessions a day] [simulated seconds]`: the peak hour of a day on real SQL. The clock is not that of the wall:
 * it moves by ten milliseconds when all statements that were due by then have been answered, so the figures are those of the load
 * and not of this machine. Statements, group commits, leases and the sweep are the product's; services, bus and model are left out.
 */
export async function measureCapacity(args: readonly string[]): Promise<void> {
  const [sessionsADay = 1_000_000, seconds = 30] = args.map(Number);
  const load: Load = { sessionsADay, seconds, turnsASession: 6, modelSeconds: 4, thinkSeconds: 20, peak: 4 };
  const size = sizeFor(load);
  const stores = await startStores(() => undefined);
  try {
    const url = await stores.database("capacity");
    const tenant = await withPostgresClient(url, (owner) => fill(owner));
    const measure = measurer(stores, url);
    const sessions: string[] = [];
    const opened = await measure(async (db) => {
      while (sessions.length < size.liveSessions)
        sessions.push(...(await openSome(db, tenant, Math.min(TOGETHER, size.liveSessions - sessions.length))));
    });
    let run: Awaited<ReturnType<typeof simulate>> | undefined;
    const turned = await measure(async (db) => {
      run = await simulate(load, size, sessions, installationOf(db, tenant, size));
    });
    // The clock of the sweep is PostgreSQL's own, so everybody's last word is moved back in place of it.
    await withPostgresClient(url, (owner) =>
      owner.query(`update text_conversations set updated_at = updated_at - interval '1 day', idle_check_at = now()`),
    );
    const ended = await measure(async (db) => {
      for (let ended = 0; ended < sessions.length; ) {
        const [row] = await db.query<{ looked: number; ended: number }>("select * from end_idle_sessions($1)", [SWEEP]);
        ended += row?.ended ?? 0;
      }
    });
    if (run === undefined) throw new Error("nothing was simulated");
    const rows = [
      rowOf("a session: opening, greeting, first turn", sessions.length, opened),
      rowOf("a further turn", run.turns, turned),
      rowOf("a session: end by the sweep", sessions.length, ended),
    ];
    const head = [
      "each",
      "how many",
      "statements",
      "rows inserted",
      "rows updated",
      "bytes of log",
      "bytes on disk",
      "CPU µs",
    ];
    process.stdout.write(
      `${formatRows([head, ...rows])}\n\n${sessionsADay} sessions a day of ${load.turnsASession} turns, ${load.modelSeconds} s a turn, ${load.thinkSeconds} s between them, ` +
        `${load.peak}-fold hour: ${run.turns} turns in ${seconds} simulated seconds (${(run.turns / seconds).toFixed(0)} a second), ${size.liveSessions} sessions live, ` +
        `${size.runners} runners with at most ${run.mostBusy} of 64 slots taken, ${run.waited} turns waited for a slot; ${size.sessions} replicas of sessions\n`,
    );
  } finally {
    await stores.stop();
  }
}

function rowOf(each: string, count: number, of: Counters): string[] {
  const per = (value: number, digits = 0): string => (value / count).toFixed(digits);
  return [
    ...[each, String(count), per(of.statements, 2), per(of.inserted, 1), per(of.updated, 1)],
    ...[per(of.log), per(of.disk), per(of.cpuMs * 1_000)],
  ];
}

/** Runs a phase on connections of its own: PostgreSQL counts what they did when they have ended. */
function measurer(stores: BenchStores, url: string) {
  const logger = createLogger({ service: "bench", level: "silent" });
  const read = () =>
    withPostgresClient(url, async (owner) => {
      const others = "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
      while ((await owner.query(`${others} and backend_type = 'client backend'`)).rows.length > 0) await delay(50);
      const { rows } = await owner.query<Record<"inserted" | "updated" | "log" | "disk", string>>(
        `select sum(n_tup_ins) as inserted, sum(n_tup_upd) as updated,
           pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as log, pg_database_size(current_database()) as disk
         from pg_stat_user_tables`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error("no counters");
      return {
        inserted: Number(row.inserted),
        updated: Number(row.updated),
        log: Number(row.log),
        disk: Number(row.disk),
      };
    });
  const cpu = () => sumOf(cpuOf({ postgres: stores.pids.postgres }));
  return async (work: (db: Db) => Promise<void>): Promise<Counters> => {
    const [before, cpuBefore] = [await read(), cpu()];
    const db = connectDb({ url, name: "bench", logger, max: 20, statementTimeoutMs: 60_000 });
    let statements = 0;
    const query: Db["query"] = (...asked) => {
      statements += 1;
      return db.query(...asked);
    };
    await work({ ...db, query });
    await db.close();
    const after = await read();
    return {
      ...{ statements, inserted: after.inserted - before.inserted, updated: after.updated - before.updated },
      ...{ log: after.log - before.log, disk: after.disk - before.disk, cpuMs: cpu() - cpuBefore },
    };
  };
}

/** Opens sessions through a link and answers their first message, as they come together: what no later turn needs. Answers their ids. */
async function openSome(db: Db, tenant: BenchTenant, count: number): Promise<string[]> {
  const open = createOpenSessions(db);
  const accept = createAcceptMessages(db);
  const { acquire, commit } = createTurnRepository(db);
  const ids = Array.from({ length: count }, () => randomUUID());
  const answer = async (id: string, seq: number, known: number | null): Promise<void> => {
    const asked = { tenant_id: tenant.id, conversation_id: id, owner: "bench", lease_ms: 5_000, known_seq: known };
    const { lease } = await acquire({ ...asked, memory_subject: null, history: 20, granted: null });
    if (lease === null) throw new Error("no lease for a new session");
    const turn = { conversationId: id, fence: lease.fence, seq, createdAt: new Date().toISOString() };
    const message = finishedTurn(tenant.id, turn);
    const greeting = { kind: "open" as const, user: null, transitions: [] };
    const { outcome } = await commit(seq === 1 ? { ...message, ...greeting } : message);
    if (outcome !== "committed") throw new Error("the turn of a new session was not committed");
  };
  await Promise.all(
    ids.map(async (id) => {
      await open(openItem(tenant, id, randomBytes(32)));
      await answer(id, 1, null);
      await accept(itemOf(tenant.id, id));
      await answer(id, 2, 1);
    }),
  );
  return ids;
}

/** Replicas with group commits of their own, as many as the load needs. */
function installationOf(db: Db, tenant: BenchTenant, size: { runners: number; sessions: number }): Installation {
  const accepting = Array.from({ length: size.sessions }, () => createAcceptMessages(db));
  const runners = Array.from({ length: size.runners }, () => createTurnRepository(db));
  return {
    async accept(session) {
      const accept = accepting[Math.floor(Math.random() * accepting.length)];
      const accepted = await accept?.(itemOf(tenant.id, session));
      if (accepted?.granted === undefined) throw new Error("no lease was granted");
      const { fence, created_at: createdAt } = accepted.granted;
      return { conversationId: session, fence, seq: accepted.turn.seq, createdAt };
    },
    async commit(runner, turn) {
      const answer = await runners[runner]?.commit(finishedTurn(tenant.id, turn));
      if (answer?.outcome !== "committed") throw new Error("a turn was not committed");
    },
  };
}
