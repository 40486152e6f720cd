import { performance } from "node:perf_hooks";
import type { Redis } from "ioredis";
import { closedScope, GCRA_LUA, rateOf, storageKey } from "./gcra.js";
import type { CountedLocally, LimitCheck, Watch, WatchedResult } from "./redis-like.js";
import { createScript } from "./script.js";

const MAX_WATCHED = 50_000;

/** What a limit is at a level: halved once per level, never below one. */
function limitAt(check: Pick<LimitCheck, "limit" | "tightens">, level: number): number {
  return check.tightens ? Math.max(Math.min(1, check.limit), Math.floor(check.limit / 2 ** level)) : check.limit;
}

function tightened(check: LimitCheck, level: number): LimitCheck {
  if (level === 0 || !check.tightens) return check;
  const { burst, ...rest } = check;
  const halved = burst === undefined ? {} : { burst: Math.max(1, Math.floor(burst / 2 ** level)) };
  return { ...rest, ...halved, limit: limitAt(check, level) };
}

/**
 * KEYS: refusals, level, when the caller was last told to wait, then one per scope. ARGV: levels, period in ms, refusals per level,
 * grace in ms, one letter per scope, then interval and burst per scope; of one that tightens a pair per level: the arithmetic of a
 * halved limit stays in one place, the caller's. Letters: `f` = asked before the others, which are not counted where it refuses;
 * `t` = tightens, and its refusals count against the caller; `s` = shared with others.
 * Answers {0, scope, remaining, level, 0} or {1, scope, wait in microseconds, level, raised}.
 */
const WATCHED_LUA = `
local take = function(KEYS, ARGV)
${GCRA_LUA}
end
local maxLevel, period, needed, grace = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local keys, tightens, rates, before, at = {}, {}, {}, 0, 6
for i = 4, #KEYS do
  local letter = string.sub(ARGV[5], i - 3, i - 3)
  if letter == 'f' then
    local taken = take({KEYS[i]}, {ARGV[at], ARGV[at + 1]})
    if taken[1] > 0 then return {1, 1, taken[2], 0, 0} end
    before = 1
  else
    keys[#keys + 1], tightens[#keys + 1], rates[#keys + 1] = KEYS[i], letter == 't', at
  end
  at = at + (letter == 't' and 2 * (maxLevel + 1) or 2)
end
local takeAt = function(level)
  local args = {}
  for i, from in ipairs(rates) do
    if tightens[i] then from = from + 2 * level end
    args[2 * i - 1], args[2 * i] = ARGV[from], ARGV[from + 1]
  end
  return take(keys, args)
end
local level = math.min(tonumber(redis.call('GET', KEYS[2]) or '0') or 0, maxLevel)
local taken = takeAt(level)
if taken[1] == 0 then return {0, before + taken[3], taken[2], level, 0} end
if not tightens[taken[1]] then return {1, before + taken[1], taken[2], level, 0} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local told = tonumber(redis.call('GET', KEYS[3]))
local raised = 0
-- A caller that waits as long as Retry-After says is not refused again, so this one did not wait.
if told and now - told >= grace then
  local refusals = redis.call('INCR', KEYS[1])
  if refusals == 1 then redis.call('PEXPIRE', KEYS[1], period) end
  if refusals >= needed then
    redis.call('DEL', KEYS[1])
    if level < maxLevel then level, raised = level + 1, 1 end
    redis.call('SET', KEYS[2], level, 'PX', period)
    -- The Retry-After of this answer must hold under the lower limit, too.
    if raised == 1 then taken = takeAt(level) end
  end
end
if not told or raised == 1 then
  redis.call('SET', KEYS[3], string.format('%.0f', now), 'PX', math.max(1, math.ceil(taken[2] / 1000000)) * 1000)
end
return {1, before + taken[1], taken[2], level, raised}
`;

/** Redis key of a watched caller's level. */
export const levelKey = (watched: string): string => `parley:level:${watched}`;

/** Asks Redis; throws whatever `run` throws, and an Error for an answer of another shape. */
export function createWatchedScript(run: <T>(command: (client: Redis) => Promise<T>) => Promise<T>) {
  const script = createScript(WATCHED_LUA);
  return async (checks: LimitCheck[], watch: Watch, first?: LimitCheck): Promise<WatchedResult> => {
    const own = [`parley:refusals:${watch.key}`, levelKey(watch.key), `parley:told:${watch.key}`];
    const scopes = first === undefined ? checks : [first, ...checks];
    const keys = [...own, ...scopes.map(storageKey)];
    const rates: number[] = [];
    for (const check of scopes)
      for (let level = 0; level <= (check.tightens ? watch.maxLevel : 0); level += 1) {
        const { intervalMicros, burst } = rateOf(tightened(check, level));
        rates.push(intervalMicros, burst);
      }
    const letters = scopes.map((check) => (check === first ? "f" : check.tightens ? "t" : "s")).join("");
    const [periodMs, graceMs] = [watch.periodSeconds * 1_000, watch.graceSeconds * 1_000].map(Math.ceil);
    const args = [watch.maxLevel, periodMs ?? 0, watch.refusals, graceMs ?? 0, letters, ...rates];
    const [refused, index, value, level, raised] = fiveNumbers(await run((client) => script(client, keys, args)));
    const check = scopes[index - 1];
    if (check === undefined) throw new Error("unexpected reply of the watched limit script");
    // The level that decided this request, not the one it led to.
    const limit = limitAt(check, level - raised);
    if (refused === 0) return { allowed: true, scope: check.scope, limit, remaining: value, level };
    const retryAfterSeconds = Math.max(1, Math.ceil(value / 1_000_000));
    return { allowed: false, scope: check.scope, limit, retryAfterSeconds, level, raised: raised === 1 };
  };
}

function fiveNumbers(reply: unknown): [number, number, number, number, number] {
  const [a, b, c, d, e] = Array.isArray(reply) ? reply : [];
  const numbers = [a, b, c, d, e];
  if (!numbers.every((value) => typeof value === "number"))
    throw new Error("unexpected reply of the watched limit script");
  return [Number(a), Number(b), Number(c), Number(d), Number(e)];
}

interface Watched {
  refusals: number;
  windowEndsAt: number;
  level: number;
  levelEndsAt: number;
  toldAt: number;
  toldUntil: number;
}

const NEW: Watched = { refusals: 0, windowEndsAt: 0, level: 0, levelEndsAt: 0, toldAt: 0, toldUntil: 0 };

export interface LocalWatch {
  take(checks: LimitCheck[], watch: Watch, first?: LimitCheck): WatchedResult;
  levelOf(key: string): number;
}

/** The same within this process, over its own limits. All times are monotonic milliseconds. */
export function createLocalWatch(count: (checks: LimitCheck[]) => CountedLocally): LocalWatch {
  const watched = new Map<string, Watched>();
  const levelOf = (key: string): number => {
    const known = watched.get(key);
    return known !== undefined && known.levelEndsAt > performance.now() ? known.level : 0;
  };
  const remember = (key: string, entry: Watched): void => {
    // Deleted first, so that the map stays in order of last use.
    watched.delete(key);
    watched.set(key, entry);
    if (watched.size > MAX_WATCHED)
      for (const oldest of [...watched.keys()].slice(0, MAX_WATCHED / 2)) watched.delete(oldest);
  };
  return {
    levelOf,
    take(checks, watch, first) {
      const guarded = closedScope(checks) ?? (first && count([first]));
      if (guarded?.allowed === false) return { ...guarded, limit: 0, level: 0, raised: false };
      const level = levelOf(watch.key);
      const countAt = (at: number) => count(checks.map((check) => tightened(check, at)));
      const checkOf = (scope: string) => checks.find((check) => check.scope === scope);
      const limitOf = (scope: string): number => limitAt(checkOf(scope) ?? { limit: 0, tightens: false }, level);
      const result = countAt(level);
      const { scope } = result;
      if (result.allowed) return { ...result, limit: limitOf(scope), level };
      if (!checkOf(scope)?.tightens) return { ...result, limit: limitOf(scope), level, raised: false };
      const entry = refusedAgain({ ...(watched.get(watch.key) ?? NEW), level }, watch);
      const raised = entry.level > level;
      const later = raised ? countAt(entry.level) : result;
      const retryAfterSeconds = later.allowed ? 1 : later.retryAfterSeconds;
      const now = performance.now();
      if (raised || entry.toldUntil <= now) {
        entry.toldAt = now;
        entry.toldUntil = now + retryAfterSeconds * 1_000;
      }
      remember(watch.key, entry);
      return { allowed: false, scope, limit: limitOf(scope), retryAfterSeconds, level: entry.level, raised };
    },
  };
}

/** What one more refusal makes of a caller: it counts when the caller did not wait for the `Retry-After` it had received. */
function refusedAgain(known: Watched, watch: Watch): Watched {
  const now = performance.now();
  const ignoredTheWait = known.toldUntil > now && now - known.toldAt >= watch.graceSeconds * 1_000;
  if (!ignoredTheWait) return known;
  const endsAt = now + watch.periodSeconds * 1_000;
  const counted =
    known.windowEndsAt > now
      ? { ...known, refusals: known.refusals + 1 }
      : { ...known, refusals: 1, windowEndsAt: endsAt };
  if (counted.refusals < watch.refusals) return counted;
  const level = Math.min(watch.maxLevel, counted.level + 1);
  return { ...counted, refusals: 0, windowEndsAt: 0, level, levelEndsAt: endsAt };
}
