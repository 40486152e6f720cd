/** All in milliseconds. */
export interface ModelTimeouts {
  /** TCP and TLS. */
  connectMs: number;
  /** From sending the request to the first piece of text, per attempt. */
  firstTokenMs: number;
  /** Between two pieces. */
  idleMs: number;
  /** Whole reply, retries and fallback included. */
  totalMs: number;
  /** Whole extraction or classification, retries included. */
  taskMs: number;
  /** The first retry waits up to this long, each further one up to twice as long (full jitter). */
  retryBaseMs: number;
}

export const DEFAULT_TIMEOUTS: ModelTimeouts = {
  connectMs: 3_000,
  firstTokenMs: 60_000,
  idleMs: 20_000,
  totalMs: 120_000,
  taskMs: 20_000,
  retryBaseMs: 500,
};
