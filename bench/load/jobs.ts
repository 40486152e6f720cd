/** What the load generator is asked to do, and what it answers; sent between processes, so plain data only. */

/** One session (or page) that requests go to; at most one request is under way per target. */
export interface Target {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  /** Used in turn; `{n}` becomes a number that no other request of this process has. Empty = no body. */
  bodies: string[];
  /** Signs each request with this key. */
  signKey?: string;
}

/** Closed loop: `count` requests, `concurrency` under way, each on the target that has rested longest. */
export interface RequestsJob {
  type: "requests";
  targets: Target[];
  count: number;
  concurrency: number;
  /** Any other status is an error. */
  expect: number;
}

/** Open loop: so many requests a second for so long. */
export interface PacedJob {
  type: "paced";
  targets: Target[];
  perSecond: number;
  seconds: number;
  expect: number;
}

/** Closed loop of streamed answers; tokens carry the time of their sending. */
export interface StreamsJob {
  type: "streams";
  targets: Target[];
  count: number;
  concurrency: number;
}

/** Direct SDK call, then the product, alternating; `atOnce` pairs under way. */
export interface PairsJob {
  type: "pairs";
  modelUrl: string;
  prompt: { system: string; user: string };
  targets: Target[];
  count: number;
  atOnce: number;
  /** `answer` = until the whole answer is there; `token` = until the first text of a stream. */
  until: "answer" | "token";
}

/** Opens event streams and keeps them until `drop`; later counts what they receive. */
export interface ReadersJob {
  type: "readers";
  targets: Target[];
  /** Readers per target. */
  each: number;
}
/** Publishes deltas to sessions and measures how long they take to each reader. */
export interface FanOutJob {
  type: "fanout";
  redisUrl: string;
  channels: string[];
  rounds: number;
  readersPerChannel: number;
  pauseMs: number;
}
export interface DropJob {
  type: "drop";
}

export type Job = RequestsJob | PacedJob | StreamsJob | PairsJob | ReadersJob | FanOutJob | DropJob;

export interface JobResult {
  ok: number;
  /** By status or by error code. */
  errors: Record<string, number>;
  wallMs: number;
  /** Milliseconds, one per request: answers, or relay delays of tokens. */
  times: number[];
  /** Of `pairs`: the direct calls. `times` holds the product's. */
  direct: number[];
}

export const emptyResult = (): JobResult => ({ ok: 0, errors: {}, wallMs: 0, times: [], direct: [] });
