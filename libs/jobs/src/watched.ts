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
  /** Milliseconds that work waits beyond its time in the database. */
  afterMs: number;
  /** Something is due in so many milliseconds; ≤ 0 = it is due. */
  dueIn(ms: number): void;
}

export interface Lookout {
  /** The answer ends it. */
  watch(watched: Watched): () => void;
  /** Something happened: what comes of it is found as soon as while there is work. Calls that come together cost nothing. */
  stir(): void;
  /** Waits for the look under way. */
  stop(): Promise<void>;
}
