import type { LookoutFor } from "@parley/jobs";

/**
 * One kind of sweep. Every job locks its rows with SKIP LOCKED or behind a guard in the database, so any number of
 * replicas may run it at the same time, and a kill leaves whole batches done and the rest for the next round.
 */
export interface Job {
  /** Label in metrics and logs. */
  name: string;
  /** Mean pause between rounds in milliseconds; the shortest one where `due` determines when rounds begin. */
  intervalMs: number;
  /** The work that the lookout watches for. */
  due?: Omit<LookoutFor, "lookout">;
  /** Takes at most `batch` rows; returns how many it took, and how many of them it had to handle. */
  step(): Promise<{ taken: number; handled: number }>;
  /** Rows per step; a step that takes fewer ends the round. 0 = one step per round. */
  batch: number;
}

/** The outcome of a step that handles every row it takes. */
export const allOf = (count: number): { taken: number; handled: number } => ({ taken: count, handled: count });
