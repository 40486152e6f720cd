import { ParleyError } from "./errors.js";

export interface RetryOptions {
  /** Number of tries, including the first; default 4. */
  attempts?: number;
  /** Milliseconds; the wait before try n is a random part of base × 2^(n-1). Default 250. */
  baseMs?: number;
  /** Longest wait in milliseconds; also the longest `Retry-After` that is obeyed. Default 30 000. */
  maxMs?: number;
}

/** The turn is over and its failure is stored: a repeat with the same message id would return it again. */
const SETTLED: ReadonlySet<string> = new Set(["model_unavailable", "model_timeout"]);
/** The server's configuration does not change within seconds. */
const HOPELESS: ReadonlySet<string> = new Set(["not_configured"]);

/** Full jitter: a random wait between zero and the doubled base, so that callers do not return all at once. */
export function jitteredMs(attempt: number, { baseMs = 250, maxMs = 30_000 }: RetryOptions): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** True when a repeat needs a message id of its own, because the failure belongs to this one. */
export const isSettled = (error: unknown): boolean => error instanceof ParleyError && SETTLED.has(error.code);

/** Milliseconds to wait before the next try; null = the error is final. `attempt` counts the tries made, from 1. */
export function nextTryMs(error: ParleyError, attempt: number, options: RetryOptions): number | null {
  const { attempts = 4, maxMs = 30_000 } = options;
  if (attempt >= attempts || !isTransient(error)) return null;
  const asked = error.retryAfterSeconds === null ? 0 : error.retryAfterSeconds * 1_000;
  return asked > maxMs ? null : asked + jitteredMs(attempt, options);
}

/** True for no answer, a transient 5xx, and a 429 with a retry time. */
export function isTransient(error: ParleyError): boolean {
  if (SETTLED.has(error.code) || HOPELESS.has(error.code)) return false;
  if (error.status === 429) return error.retryAfterSeconds !== null;
  return error.status === 0 || error.status >= 500;
}

/** Waits; rejects with the reason of the signal when it is aborted. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
