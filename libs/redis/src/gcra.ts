import type { LimitCheck, LimitResult } from "./redis-like.js";

type Refusal = Extract<LimitResult, { allowed: false }>;

/**
 * GCRA: each key stores one number, the theoretical arrival time (TAT) of the next request at the sustained rate. A request
 * passes when the TAT is not further ahead of now than the burst allows. All times are whole microseconds.
 * The arithmetic exists twice, here for the process alone and in Lua for Redis; the same tests run against both.
 */
export interface Rate {
  /** Microseconds between two requests at the sustained rate, rounded up so that the promised rate is never exceeded. */
  intervalMicros: number;
  burst: number;
}

export function rateOf(check: LimitCheck): Rate {
  return {
    intervalMicros: Math.ceil((check.periodSeconds * 1_000_000) / check.limit),
    burst: Math.max(1, Math.floor(check.burst ?? check.limit)),
  };
}

/** A limit below one can never pass; answering here keeps the division out of both implementations. */
export function closedScope(checks: readonly LimitCheck[]): Refusal | null {
  const closed = checks.find((check) => check.limit < 1);
  return closed === undefined
    ? null
    : { allowed: false, scope: closed.scope, retryAfterSeconds: Math.max(1, Math.ceil(closed.periodSeconds)) };
}

export function storageKey(check: LimitCheck): string {
  return `parley:limit:${check.scope}:${check.key}`;
}

export function refusal(scope: string, waitMicros: number): Refusal {
  return { allowed: false, scope, retryAfterSeconds: Math.max(1, Math.ceil(waitMicros / 1_000_000)) };
}

/**
 * KEYS: one per scope. ARGV: interval and burst per scope.
 * Answers {0, remaining, index of the scope with the fewest left} or {index of the scope with the longest wait, wait in microseconds}.
 */
export const GCRA_LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tats = {}
local refused, longest, remaining, tightest = 0, 0, nil, 1
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local span = interval * burst
  local tat = tonumber(redis.call('GET', key) or now)
  -- The clock may jump back (failover): never wait longer than a full burst.
  tat = math.min(math.max(tat, now), now + span) + interval
  local wait = tat - span - now
  if wait > longest then refused, longest = i, wait end
  local left = math.floor(-wait / interval)
  if remaining == nil or left < remaining then remaining, tightest = left, i end
  tats[i] = tat
end
if refused > 0 then return {refused, longest} end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', tats[i]), 'PX', math.ceil((tats[i] - now) / 1000))
end
return {0, remaining or 0, tightest}
`;
