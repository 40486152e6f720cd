import type { Db } from "@parley/db";

/** What all runners together have to do at this moment: turns that are accepted and not answered, and the age of the oldest. */
export async function readBacklog(db: Db): Promise<{ pending_turns: number; oldest_pending_seconds: number }> {
  const [row] = await db.query<{ pending_turns: number; oldest_pending_seconds: number }>(
    "select * from backlog()",
    [],
  );
  if (row === undefined) throw new Error("backlog() answers one row");
  return row;
}
