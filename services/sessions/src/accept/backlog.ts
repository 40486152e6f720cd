import type { Db } from "@parley/db";

/** The current backlog of all runners: turns that are accepted but not answered, and the age of the oldest. */
export async function readBacklog(db: Db): Promise<{ pending_turns: number; oldest_pending_seconds: number }> {
  const [row] = await db.query<{ pending_turns: number; oldest_pending_seconds: number }>(
    "select * from backlog()",
    [],
  );
  if (row === undefined) throw new Error("backlog() answers one row");
  return row;
}
