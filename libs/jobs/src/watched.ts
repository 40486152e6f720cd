/** Kinds of background work that `work_due` of the database knows. */
export type Work =
  | "analyses"
  | "erasures"
  | "links"
  | "notices"
  | "outbox"
  | "recipients"
  | "schedule_runs"
  | "schedules"
  | "suspended_tenants"
  | "timers"
  | "webhooks";

/** A poll whose rounds begin when its work is due. */
export interface Watched {
  work: Work;
  /** Its mean pause while there is work, milliseconds. */
  intervalMs: number;
  /** Milliseconds that work waits beyond its due time in the database. */
  afterMs: number;
  /** Work is due in this many milliseconds; ≤ 0 = due now. */
  dueIn(ms: number): void;
}

export interface Lookout {
  /** The returned function ends the watch. */
  watch(watched: Watched): () => void;
  /** Reports activity: resulting work is found as fast as while there is work. Repeated calls are nearly free. */
  stir(): void;
  /** Waits for the running look. */
  stop(): Promise<void>;
}
