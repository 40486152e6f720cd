import { readdirSync, readFileSync } from "node:fs";

/** Ticks of /proc/<pid>/stat per second; fixed at 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const MS_PER_TICK = 1_000 / TICKS_PER_SECOND;
const NS_PER_MS = 1e6;

interface Stat {
  pid: number;
  parent: number;
  /** Of children that have ended and were reaped. The kernel keeps these in ticks only. */
  reapedMs: number;
}

function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold blanks.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const at = (index: number): number => Number(fields[index] ?? 0);
    return { pid, parent: at(1), reapedMs: (at(13) + at(14)) * MS_PER_TICK };
  } catch {
    return null; // It ended between the listing and the look.
  }
}

/** CPU milliseconds of the threads of one process, from the scheduler's count of nanoseconds. */
function threadsMs(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
      const [ns = "0"] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
      return sum + Number(ns) / NS_PER_MS;
    }, 0);
  } catch {
    return 0; // As above.
  }
}

/** CPU milliseconds used so far by each named process and all its descendants (PostgreSQL works in children). */
export const cpuOf = (groups: Record<string, number>): Record<string, number> =>
  sums(groups, ({ pid, reapedMs }) => threadsMs(pid) + reapedMs);

/**
 * Bytes of memory of each named process and all its descendants: all that is resident (`Rss`), or each page divided by the number of
 * processes that share it (`Pss`), which a sum over processes needs.
 */
export const memoryOf = (groups: Record<string, number>, kind: "Rss" | "Pss"): Record<string, number> =>
  sums(groups, ({ pid }) => memoryBytes(pid, kind));

function memoryBytes(pid: number, kind: "Rss" | "Pss"): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(new RegExp(`^${kind}: +(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1_024;
  } catch {
    return 0; // It ended between the listing and the look.
  }
}

function sums(groups: Record<string, number>, of: (stat: Stat) => number): Record<string, number> {
  const stats = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
  const childrenOf = groupByParent(stats);
  const total = (stat: Stat): number =>
    of(stat) + (childrenOf.get(stat.pid) ?? []).reduce((sum, child) => sum + total(child), 0);
  const byPid = new Map(stats.map((stat) => [stat.pid, stat]));
  return Object.fromEntries(
    Object.entries(groups).map(([name, pid]) => [name, total(byPid.get(pid) ?? { pid, parent: 0, reapedMs: 0 })]),
  );
}

function groupByParent(stats: Stat[]): Map<number, Stat[]> {
  const groups = new Map<number, Stat[]>();
  for (const stat of stats) groups.set(stat.parent, [...(groups.get(stat.parent) ?? []), stat]);
  return groups;
}

/** Resident memory of one process in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

export type CpuUse = Record<string, number>;

export const sumOf = (use: CpuUse): number => Object.values(use).reduce((sum, ms) => sum + ms, 0);

/** What each group used between two readings. */
export function used(before: CpuUse, after: CpuUse): CpuUse {
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
}
