import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@parley/observability";
import { ModelError } from "../model-error.js";
import type { ModelUsage } from "../model-usage.js";
import { type FailureFacts, factsOf } from "./attempt-failure.js";
import type { Breaker } from "./circuit-breaker.js";

const MAX_RETRIES = 2;
const MAX_BACKOFF_MS = 8_000;
/** A provider that asks for a longer pause is treated as down for this call. */
const MAX_RETRY_AFTER_MS = 20_000;

export interface AttemptsOptions<T> {
  /** Preferred model first; the second, when there is one, gets a single attempt. */
  models: string[];
  breakerOf(model: string): Breaker;
  /** One attempt; must end within `remainingMs`. */
  attempt(model: string, remainingMs: number): Promise<T>;
  totalMs: number;
  /** Longest wait of one attempt for its first token; a model that used it up is not retried at the fallback's expense. */
  firstTokenMs: number;
  retryBaseMs: number;
  signal: AbortSignal;
  logger: Logger;
  onRetry(reason: string): void;
  /** The caller gave up on an attempt that had used this much. */
  onAbandoned(usage: ModelUsage): void;
}

/**
 * Runs attempts until one answers: at most two retries before the first token with full jitter, then the fallback model.
 * Throws ModelError, or the signal's reason when the caller gave up.
 */
export async function runAttempts<T>(options: AttemptsOptions<T>): Promise<T> {
  const deadlineAt = performance.now() + options.totalMs;
  let last: FailureFacts | null = null;
  for (const [index, model] of options.models.entries()) {
    // The remaining time must still cover a full wait for the next model.
    const keptMs = index + 1 < options.models.length ? options.firstTokenMs : 0;
    const outcome = await tryModel(options, { model, retries: index === 0 ? MAX_RETRIES : 0, deadlineAt, keptMs });
    if (outcome.type === "answer") return outcome.value;
    last = outcome.facts;
    if (!last.fallback || last.afterFirstToken || performance.now() >= deadlineAt) break;
  }
  throw toModelError(last ?? BREAKER_OPEN);
}

const BREAKER_OPEN: FailureFacts = {
  ...{ code: "model_unavailable", reason: "breaker_open", retryable: false, health: "unknown", fallback: true },
};

interface Try {
  model: string;
  retries: number;
  deadlineAt: number;
  /** Time reserved for the next model. */
  keptMs: number;
}
type Outcome<T> = { type: "answer"; value: T } | { type: "failure"; facts: FailureFacts };

async function tryModel<T>(
  options: AttemptsOptions<T>,
  { model, retries, deadlineAt, keptMs }: Try,
): Promise<Outcome<T>> {
  const breaker = options.breakerOf(model);
  let last: FailureFacts | null = null;
  for (let n = 0; n <= retries; n++) {
    const waitMs = breaker.enter();
    if (waitMs > 0) return { type: "failure", facts: last ?? { ...BREAKER_OPEN, retryAfterMs: waitMs } };
    try {
      const value = await options.attempt(model, deadlineAt - performance.now());
      breaker.success();
      return { type: "answer", value };
    } catch (error) {
      const facts = factsOf(error);
      if (options.signal.aborted) {
        breaker.neither();
        if (facts.usage !== undefined) options.onAbandoned(facts.usage);
        throw options.signal.reason;
      }
      last = facts;
      report(breaker, last);
      options.logger.warn(
        { model, attempt: n + 1, reason: last.reason, afterFirstToken: last.afterFirstToken ?? false, err: last.cause },
        "model.attempt_failed",
      );
    }
    const pauseMs = pauseBefore(n + 1, last, options.retryBaseMs);
    // After a slow failure the next attempt may be as slow, and the next model still needs its time.
    const needMs = pauseMs + (last.slow ? 2 * keptMs : 0);
    const again = n < retries && last.retryable && !last.afterFirstToken && needMs < deadlineAt - performance.now();
    if (!again) break;
    options.onRetry(last.reason);
    await pause(pauseMs, options.signal);
  }
  return { type: "failure", facts: last ?? BREAKER_OPEN };
}

function report(breaker: Breaker, { health }: FailureFacts): void {
  if (health === "down") breaker.failure();
  else if (health === "alive") breaker.success();
  else breaker.neither();
}

/** Full jitter, so that the callers of a recovering provider do not retry together. Infinity = not worth waiting for. */
function pauseBefore(retry: number, { retryAfterMs }: FailureFacts, baseMs: number): number {
  const jitter = Math.random() * Math.min(MAX_BACKOFF_MS, baseMs * 2 ** (retry - 1));
  if (retryAfterMs === undefined) return jitter;
  return retryAfterMs > MAX_RETRY_AFTER_MS ? Number.POSITIVE_INFINITY : retryAfterMs + jitter;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

function toModelError(facts: FailureFacts): ModelError {
  return new ModelError(facts.code, facts.reason, {
    afterFirstToken: facts.afterFirstToken ?? false,
    cause: facts.cause,
    ...(facts.usage === undefined ? {} : { usage: facts.usage }),
    ...(facts.retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(facts.retryAfterMs / 1000) }),
  });
}
