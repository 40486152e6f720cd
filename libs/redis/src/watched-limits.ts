import { performance } from "node:perf_hooks";
import type { Redis } from "ioredis";
import { closedScope, GCRA_LUA, rateOf, storageKey } from "./gcra.js";
import type { CountedLocally } from "./local-limits.js";
import type { LimitCheck, Watch, WatchedResult } from "./redis-like.js";
import { createScript } from "./script.js";

const MAX_WATCHED = 50_000;

/** What a limit is at a level: halved once per level, never below one. */
export function limitAt(check: LimitCheck, level: number): number {
  return check.tightens ? Math.max(Math.min(1, check.limit), Math.floor(check.limit / 2 ** level)) : check.limit;
}

function tightened(check: LimitCheck, level: number): LimitCheck {
  if (level === 0 || !check.tightens) return check;
  const { burst, ...rest } = check;
  const halved = burst === undefined ? {} : { burst: Math.max(1, Math.floor(burst / 2 ** level)) };
  return { ...rest, ...halved, limit: limitAt(check, level) };
}

/**
 * KEYS: refusals, level, then one per scope. ARGV: levels, period in ms, refusals per level, a 1 or 0 per scope (its
 * refusal counts against the caller), then interval and burst per scope for
 * level 0, for level 1, …: the arithmetic of a halved limit stays in one place, the caller's.
 * Answers {0, scope, remaining, level, 0} or {1, scope, wait in microseconds, level, raised}.
 */
export const WATCHED_LUA = `
local take = function(KEYS, ARGV)
${GCRA_LUA}
end
local maxLevel, period, needed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local level = math.min(tonumber(redis.call('GET', KEYS[2]) or '0') or 0, maxLevel)
local keys, args = {}, {}
for i = 3, #KEYS do keys[#keys + 1] = KEYS[i] end
local from = 4 + level * 2 * #keys
for i = 1, 2 * #keys do args[i] = ARGV[from + i] end
local taken = take(keys, args)
if taken[1] == 0 then return {0, taken[3], taken[2], level, 0} end
if string.sub(ARGV[4], taken[1], taken[1]) ~= '1' then return {1, taken[1], taken[2], level, 0} end
local refusals = redis.call('INCR', KEYS[1])
if refusals == 1 then redis.call('PEXPIRE', KEYS[1], period) end
local raised = 0
if refusals >= needed then
  redis.call('DEL', KEYS[1])
  if level < maxLevel then level, raised = level + 1, 1 end
  redis.call('SET', KEYS[2], level, 'PX', period)
end
return {1, taken[1], taken[2], level, raised}
`;

/** Asks Redis; throws whatever `run` throws, and an Error for an answer of another shape. */
export function createWatchedScript(run: <T>(command: (client: Redis) => Promise<T>) => Promise<T>) {
  const script = createScript(WATCHED_LUA);
  return async (checks: LimitCheck[], watch: Watch): Promise<WatchedResult> => {
    const keys = [`parley:refusals:${watch.key}`, `parley:level:${watch.key}`, ...checks.map(storageKey)];
    const rates: number[] = [];
    for (let level = 0; level <= watch.maxLevel; level += 1)
      for (const { intervalMicros, burst } of checks.map((check) => rateOf(tightened(check, level))))
        rates.push(intervalMicros, burst);
    const own = checks.map((check) => (check.tightens ? "1" : "0")).join("");
    const args = [watch.maxLevel, Math.ceil(watch.periodSeconds * 1_000), watch.refusals, own, ...rates];
    const [refused, index, value, level, raised] = fiveNumbers(await run((client) => script(client, keys, args)));
    const check = checks[index - 1];
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
}

/** The same inside this process, over its own limits. */
export function createLocalWatch(count: (checks: LimitCheck[]) => CountedLocally) {
  const watched = new Map<string, Watched>();
  return (checks: LimitCheck[], watch: Watch): WatchedResult => {
    const closed = closedScope(checks);
    if (closed !== null) return { ...closed, limit: 0, level: 0, raised: false };
    const now = performance.now();
    const known = watched.get(watch.key);
    const level = known !== undefined && known.levelEndsAt > now ? known.level : 0;
    const effective = checks.map((check) => tightened(check, level));
    const result = count(effective);
    const limitOf = (scope: string): number => effective.find((check) => check.scope === scope)?.limit ?? 0;
    if (result.allowed) {
      const { scope, remaining } = result;
      return { allowed: true, scope, limit: limitOf(scope), remaining, level };
    }
    const refused = effective.find((check) => check.scope === result.scope);
    if (!refused?.tightens) return { ...result, limit: refused?.limit ?? 0, level, raised: false };
    const entry: Watched =
      known !== undefined && known.windowEndsAt > now
        ? { ...known, level, refusals: known.refusals + 1 }
        : {
            refusals: 1,
            windowEndsAt: now + watch.periodSeconds * 1_000,
            level,
            levelEndsAt: known?.levelEndsAt ?? 0,
          };
    let raised = false;
    if (entry.refusals >= watch.refusals) {
      raised = level < watch.maxLevel;
      entry.level = Math.min(watch.maxLevel, level + 1);
      entry.levelEndsAt = now + watch.periodSeconds * 1_000;
      entry.refusals = 0;
      entry.windowEndsAt = 0;
    }
    // Deleted first, so that the oldest stands in front.
    watched.delete(watch.key);
    watched.set(watch.key, entry);
    if (watched.size > MAX_WATCHED)
      for (const oldest of [...watched.keys()].slice(0, MAX_WATCHED / 2)) watched.delete(oldest);
    const { scope, retryAfterSeconds } = result;
    return { allowed: false, scope, limit: limitOf(scope), retryAfterSeconds, level: entry.level, raised };
  };
}
