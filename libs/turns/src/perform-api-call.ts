import { setTimeout as delay } from "node:timers/promises";
import type { CarriedSecret, Outbound, OutboundResult } from "@parley/outbound";
import { type ApiCall, fillSecrets, markedSecrets, type RetryPolicy, storableText } from "@parley/workflow";
import { CallFailed, type CallOutput } from "./calls.js";
import type { Definition } from "./definitions.js";

interface ApiContext {
  outbound: Outbound;
  tenantId: string;
  /** Part of the idempotency key, so that a repeated turn repeats the key. */
  turnId: string;
  signal: AbortSignal;
  /** The secrets of an agent that a call names, by name; missing ones are left out. Called only for calls that name one. */
  secretsOf(agentId: string, names: readonly string[]): Promise<ReadonlyMap<string, CarriedSecret>>;
  /** 0 to 1; spreads the attempts of many sessions. */
  random?: () => number;
}

/** Maximum calls per turn: the engine's own guard counts transitions, of which a document may allow a thousand. */
const MAX_CALLS_PER_TURN = 20;
/** All attempts of one call with their waits. */
const CALL_BUDGET_MS = 300_000;
const MAX_REDIRECTS = 3;

/** Statuses for which another attempt may succeed. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Performs the HTTP calls of one turn: attempts, waits, limits. An answer of any status is a result; everything else is
 * CallFailed with `api_refused`, `api_timeout`, `api_too_large`, `api_unreachable`, `api_too_many_calls`, `api_secret_missing` or
 * `api_secret_refused`.
 *
 * At least once: a turn that is run again after a crash calls again. A call that may change something carries
 * `Idempotency-Key: <turn>:<call>`, the same for every attempt and every run, so that receivers can detect a repetition.
 */
export function createPerformApiCall(
  context: ApiContext,
): (call: ApiCall, definition: Definition) => Promise<CallOutput> {
  let made = 0;
  return async (marked, { knowledge }) => {
    made += 1;
    if (made > MAX_CALLS_PER_TURN) throw new CallFailed("api_too_many_calls");
    const startedAt = performance.now();
    const call = await withSecrets(context, marked, knowledge?.agentId);
    const { result, attempts } = await attempt(context, call, startedAt);
    const latencyMs = Math.round(performance.now() - startedAt);
    const status = result.type === "answered" || result.type === "too_large" ? result.status : null;
    const bytes = result.type === "answered" ? result.body.length : 0;
    const http = { method: call.method, status, bytes, attempts };
    if (result.type !== "answered") throw new CallFailed(codeOf(result), { latencyMs, http });
    const body = storableText(result.body.toString("utf8"));
    return { result: { type: "api", status: result.status, body }, latencyMs, model: null, usage: null, http };
  };
}

interface FilledCall extends ApiCall {
  secrets: CarriedSecret[];
}

/** The call as it is sent. Its secrets are read for this call only: the trace stores neither address nor headers. */
async function withSecrets(context: ApiContext, call: ApiCall, agentId: string | undefined): Promise<FilledCall> {
  const { url, headers, query } = call;
  const texts = [url, ...Object.values(headers), ...Object.values(query)];
  const names = [...new Set(texts.flatMap(markedSecrets))];
  if (names.length === 0) return { ...call, secrets: [] };
  const known = agentId === undefined ? new Map() : await context.secretsOf(agentId, names);
  const valueFor = (name: string): string => {
    const secret = known.get(name);
    if (secret === undefined) throw new CallFailed("api_secret_missing");
    return secret.value;
  };
  const filled = (record: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).map(([name, text]) => [name, fillSecrets(text, valueFor)]));
  return {
    ...call,
    url: fillSecrets(url, (name) => encodeURIComponent(valueFor(name))),
    headers: filled(headers),
    query: filled(query),
    secrets: [...known.values()],
  };
}

const codeOf = (result: Exclude<OutboundResult, { type: "answered" }>): string =>
  result.type === "refused" && result.reason === "secret_not_allowed" ? "api_secret_refused" : `api_${result.type}`;

async function attempt(
  context: ApiContext,
  call: FilledCall,
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
      secrets: call.secrets,
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

/** The wait after attempt `attempts` (from 1), milliseconds: at most a quarter longer or shorter than the policy specifies. */
function pauseAfter(retry: RetryPolicy, attempts: number, random: () => number): number {
  const plain = Math.min(retry.initialDelayMs * retry.multiplier ** (attempts - 1), retry.maxDelayMs);
  return Math.round(plain * (0.75 + random() * 0.5));
}

function withKey({ turnId }: ApiContext, { method, headers, callId }: ApiCall): Record<string, string> {
  const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === "idempotency-key");
  return method === "GET" || isNamed ? headers : { ...headers, "idempotency-key": `${turnId}:${callId}` };
}
