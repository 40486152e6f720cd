import { withPostgresClient } from "@parley/local-servers";
import { formatRows } from "./report.js";

interface FunctionUse {
  name: string;
  calls: number;
  totalMs: number;
  selfMs: number;
}

export interface DatabaseUse {
  functions: FunctionUse[];
  commits: number;
  walBytes: number;
  flushes: number;
}

/** Makes PostgreSQL count the time of functions for connections opened from now on. */
export async function countFunctions(adminUrl: string, database: string): Promise<void> {
  await withPostgresClient(adminUrl, (client) =>
    client.query(`alter database ${database} set track_functions = 'all'`),
  );
}

/** What the database has done so far. Counters reach the view about a second late. */
export function databaseUse(databaseUrl: string): Promise<DatabaseUse> {
  return withPostgresClient(databaseUrl, async (client) => {
    const functions = await client.query<{ name: string; calls: string; total: number; self: number }>(
      "select funcname as name, calls, total_time as total, self_time as self from pg_stat_user_functions",
    );
    const { rows } = await client.query<{ commits: string; bytes: string; flushes: string }>(
      `select (select xact_commit from pg_stat_database where datname = current_database()) as commits,
              wal_bytes as bytes, wal_sync as flushes from pg_stat_wal`,
    );
    return {
      functions: functions.rows.map(({ name, calls, total, self }) => ({
        ...{ name, calls: Number(calls), totalMs: total, selfMs: self },
      })),
      commits: Number(rows[0]?.commits),
      walBytes: Number(rows[0]?.bytes),
      flushes: Number(rows[0]?.flushes),
    };
  });
}

/** Per turn: transactions, log, and the functions that took the time. */
export function formatDatabaseUse(before: DatabaseUse, after: DatabaseUse, turns: number): string {
  const earlier = new Map(before.functions.map((use) => [use.name, use]));
  const rows = after.functions
    .map((use) => ({
      name: use.name,
      calls: (use.calls - (earlier.get(use.name)?.calls ?? 0)) / turns,
      totalUs: ((use.totalMs - (earlier.get(use.name)?.totalMs ?? 0)) * 1_000) / turns,
      selfUs: ((use.selfMs - (earlier.get(use.name)?.selfMs ?? 0)) * 1_000) / turns,
    }))
    .filter(({ calls }) => calls > 0)
    .toSorted((a, b) => b.selfUs - a.selfUs);
  const cells = rows.map(({ name, calls, totalUs, selfUs }) => [
    name,
    calls.toFixed(2),
    totalUs.toFixed(0),
    selfUs.toFixed(0),
  ]);
  const per = (now: number, then: number): string => ((now - then) / turns).toFixed(2);
  return [
    `PostgreSQL per turn: ${per(after.commits, before.commits)} transactions, ${per(after.flushes, before.flushes)} log flushes, ${per(after.walBytes, before.walBytes)} bytes of log`,
    formatRows([["function", "calls", "µs (wall)", "µs of its own (wall)"], ...cells]),
  ].join("\n");
}
