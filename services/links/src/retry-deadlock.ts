import { sqlStateOf } from "@parley/db";

/** SQLSTATE of the transaction that PostgreSQL aborts to end a deadlock. */
const DEADLOCK = "40P01";
const MAX_TRIES = 3;

/**
 * Repeats a whole transaction that lost a deadlock. A change of a link locks it and then its sessions; a session whose opening
 * fails locks itself and then its link, the other way round.
 */
export async function retryDeadlock<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (sqlStateOf(error) !== DEADLOCK || tries >= MAX_TRIES) throw error;
    }
  }
}
