/**
 * Between any two effects of a turn: after the lease, after passages were looked up, around each model call (its room in the budget is
 * reserved by then), around the commit, and when everything is announced but the wake-up is not acknowledged yet. Outside turns: when
 * the model has answered an analysis and nothing is stored.
 */
export const CRASH_POINTS = [
  "acquired",
  "retrieved",
  "before_call",
  "after_call",
  "before_commit",
  "committed",
  "announced",
  "analysed",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];
export interface CrashAt {
  point: CrashPoint;
  /** The pass through the point at which the process is killed, from 1. */
  nth: number;
}

/** `point` or `point:n`; null = invalid. */
export function parseCrashAt(text: string): CrashAt | null {
  const [name, nth = "1", ...rest] = text.split(":");
  const point = CRASH_POINTS.find((known) => known === name);
  return point !== undefined && rest.length === 0 && /^[1-9]\d{0,5}$/.test(nth) ? { point, nth: Number(nth) } : null;
}

/** Ends this process as `kill -9` would when it passes the chosen point for the n-th time. */
export function createCrash(at: CrashAt | null): (point: CrashPoint) => void {
  let passed = 0;
  return (point) => {
    if (at?.point === point && ++passed === at.nth) process.kill(process.pid, "SIGKILL");
  };
}
