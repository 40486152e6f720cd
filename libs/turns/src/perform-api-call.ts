import { setTimeout as delay } from "node:timers/promises";
import type { Outbound, OutboundResult } from "@parley/outbound";
import type { ApiCall, RetryPolicy } from "@parley/workflow";
import { CallFailed, type CallOutput } from "./calls.js";
import { storable } from "./storable.js";

export interface ApiContext {
  outbound: Outbound;
  tenantId: string;
  /** Part of the idempotency key, so that a repeated turn repeats the key. */
  turnId: string;
  signal: AbortSignal;
  /** 0 to 1; spreads the attempts of many sessions. */
  random?: () => number;
}

/** Calls one turn may make: the engine's own guard counts transitions, of which a document may allow a thousand. */
const MAX_CALLS_PER_TURN = 20;
/** All attempts of one call with their waits. */
const CALL_BUDGET_MS = 300_000;
const MAX_REDIRECTS = 3;

/** Answers that another attempt may better. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Carries out the HTTP calls of one turn: attempts, waits, limits. An answer of any status is a result; everything else is
 * CallFailed with `api_refused`, `api_timeout`, `api_too_large`, `api_unreachable` or `api_too_many_calls`.
 *
 * At least once: a turn that is run again after a crash calls again. A call that may change something carries
 * `Idempotency-Key: <turn>:<call>`, the same for every attempt and every run, so that receivers can tell a repetition.
 */
export function createPerformApiCall(context: ApiContext): (call: ApiCall) => Promise<CallOutput> {
  let made = 0;
  return async (call) => {
    made += 1;
    if (made > MAX_CALLS_PER_TURN) throw new CallFailed("api_too_many_calls");
    const startedAt = performance.now();
    const { result, attempts } = await attempt(context, call, startedAt);
    const latencyMs = Math.round(performance.now() - startedAt);
    const status = result.type === "answered" || result.type === "too_large" ? result.status : null;
    const bytes = result.type === "answered" ? result.body.length : 0;
    const http = { method: call.method, status, bytes, attempts };
    if (result.type !== "answered") throw new CallFailed(`api_${result.type}`, { latencyMs, http });
    const body = storable(result.body.toString("utf8"));
    return { result: { type: "api", status: result.status, body }, latencyMs, model: null, usage: null, http };
  };
}

async function attempt(
  context: ApiContext,
  call: ApiCall,
  startedAt: number,
): Promise<{ result: OutboundResult; attempts: number }> {
  for (let attempts = 1; ; attempts += 1) {
    const left = CALL_BUDGET_MS - (performance.now() - startedAt);
    const result = await context.outbound.request({
      method: call.method,
      url: call.url,
      headers: withKey(context, call),
      query: call.query,
      body: call.body,
      timeoutMs: Math.max(1, Math.min(call.timeoutMs, left)),
      maxBytes: call.maxBytes,
      allowedHosts: call.allowedHosts,
      maxRedirects: MAX_REDIRECTS,
      tenantId: context.tenantId,
      signal: context.signal,
    });
    const pauseMs = pauseAfter(call.retry, attempts, context.random ?? Math.random);
    const spent = performance.now() - startedAt + pauseMs;
    if (!isWorthAnother(result) || attempts > call.retry.maxRetries || spent >= CALL_BUDGET_MS) {
      return { result, attempts };
    }
    await delay(pauseMs, undefined, { signal: context.signal }).catch(() => context.signal.throwIfAborted());
  }
}

function isWorthAnother(result: OutboundResult): boolean {
  if (result.type === "answered") return PASSING.has(result.status);
  return result.type === "timeout" || result.type === "unreachable";
}

/** The wait after attempt `attempts` (from 1), milliseconds: at most a quarter longer or shorter than the policy says. */
function pauseAfter(retry: RetryPolicy, attempts: number, random: () => number): number {
  const plain = Math.min(retry.initialDelayMs * retry.multiplier ** (attempts - 1), retry.maxDelayMs);
  return Math.round(plain * (0.75 + random() * 0.5));
}

function withKey({ turnId }: ApiContext, { method, headers, callId }: ApiCall): Record<string, string> {
  const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === "idempotency-key");
  return method === "GET" || isNamed ? headers : { ...headers, "idempotency-key": `${turnId}:${callId}` };
}
