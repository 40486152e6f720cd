import type { LiveEntry } from "@parley/contracts";

/** One scope of a rate limit. The sustained rate is `limit / periodSeconds`; `burst` (default `limit`) may come at once. */
export interface LimitCheck {
  /** Names the rule in the answer (`address`, `session`, `link`, …). */
  scope: string;
  /** Whom the rule counts; unique inside the scope. */
  key: string;
  /** At least 1; a smaller limit refuses everything. */
  limit: number;
  periodSeconds: number;
  burst?: number;
  /** A limit of the caller alone: its refusals may count against the watched caller, and their level lowers it. */
  tightens?: boolean;
}

/**
 * The caller whose refusals `takeWatched` counts, and their effect. A refusal counts when the caller had received a `Retry-After`
 * and called again before that time was over: a caller that obeys `Retry-After` keeps its limits, however often it reaches them.
 */
export interface Watch {
  /** Unique for the caller, such as a session. */
  key: string;
  /** Counted refusals within `periodSeconds` that raise the level by one. */
  refusals: number;
  /** A request this soon after a refusal may already have been on its way, and does not count. */
  graceSeconds: number;
  /** Length of the window of refusals, and how long a level lasts after the last raise. */
  periodSeconds: number;
  /** Each level halves the limits that tighten. */
  maxLevel: number;
}

/** `level`: 0 = no suspicion. `raised`: this refusal made the level. */
export type WatchedResult =
  /** `scope` is the one with the fewest requests left, `limit` what it holds for this caller now. */
  | { allowed: true; scope: string; limit: number; remaining: number; level: number }
  | { allowed: false; scope: string; limit: number; retryAfterSeconds: number; level: number; raised: boolean };

export type LimitResult =
  /** `remaining`: requests that would pass right now, smallest over all scopes. */
  | { allowed: true; remaining: number }
  /** `scope`: the one to wait longest for; after `retryAfterSeconds` without other requests the next one passes. */
  | { allowed: false; scope: string; retryAfterSeconds: number };

/** A result that also names the scope with the fewest requests left. */
export type CountedLocally =
  | { allowed: true; scope: string; remaining: number }
  | { allowed: false; scope: string; retryAfterSeconds: number };

export interface Limits {
  /**
   * Counts one request in all scopes, or in none when one of them refuses. Never throws: without Redis the process counts
   * alone, its share of the limit: one of as many processes as were there, at least one request.
   */
  take(checks: LimitCheck[]): Promise<LimitResult>;
  /**
   * As `take`, and the caller's refusals are remembered: enough of them halve, step by step, the limits that tighten. A wait that
   * was told holds under the lower limits, too. `first` is counted before the others, and alone where it refuses. One round trip. The
   * memory is losable. Never throws; `checks` must not be empty.
   */
  takeWatched(checks: LimitCheck[], watch: Watch, first?: LimitCheck): Promise<WatchedResult>;
  /** The level of a watched caller, 0 to `maxLevel`. A read; never throws. */
  levelOf(key: string): Promise<number>;
}

export interface Nonces {
  /** True for the first claim of a key within `ttlSeconds`, false when seen before. Throws RetryableError when Redis cannot tell. */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
}

/** Live streams are a losable cache (kept for ten minutes, bounded); the durable truth is in PostgreSQL. */
export interface LiveStreams {
  /** Appends to the short stream of a session and notifies its subscribers, in one round trip. Never throws. */
  publish(sessionId: string, entries: LiveEntry[]): Promise<void>;
  /** What is kept, oldest first; empty when Redis is down. Never throws. */
  recent(sessionId: string): Promise<LiveEntry[]>;
  /** Drops what is kept of these sessions; without Redis it goes by its age. Never throws. */
  forget(sessionIds: readonly string[]): Promise<void>;
  /** As `forget`, and answers how many of them had something. Throws when Redis does not answer: nothing is known then. */
  erase(sessionIds: readonly string[]): Promise<number>;
  /**
   * Resolves when later entries will arrive (or at once when Redis is down: they then arrive after the reconnect).
   * Returns the function that ends this subscription. Never throws.
   */
  subscribe(sessionId: string, onEntry: (entry: LiveEntry) => void): Promise<() => void>;
  /** Called each time subscriptions were interrupted and work again: subscribers may have missed entries. */
  onGap(fn: () => void): void;
}

export interface RedisLike {
  limits: Limits;
  nonces: Nonces;
  live: LiveStreams;
  /** Redis's time in milliseconds since 1970; the process's own for the memory driver. Throws when Redis does not answer. */
  time(): Promise<number>;
  /** False when Redis does not answer within its short deadline. Never throws. */
  ping(): Promise<boolean>;
  kind: "redis" | "memory";
  /** Closes connections and timers; calls made later behave as if Redis were down. */
  close(): Promise<void>;
}

/** Live entries are kept this long after the last one of a session. */
export const LIVE_TTL_SECONDS = 600;
/** Batches kept per session: a two-minute reply in 25 ms batches is 4,800 at the very most, an ordinary one below 200. */
export const LIVE_MAX_BATCHES = 2_000;
