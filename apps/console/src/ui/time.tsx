import { useSyncExternalStore } from "react";

const TICK_MS = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, moving every ten seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const sameYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "now", "5 min ago", "in 2 hr", and beyond a week the date. */
export function relativeTime(at: number, present: number): string {
  const away = at - present;
  const far = Math.abs(away);
  if (far < MINUTE) return relative.format(0, "second");
  if (far < HOUR) return relative.format(Math.trunc(away / MINUTE), "minute");
  if (far < DAY) return relative.format(Math.trunc(away / HOUR), "hour");
  if (far < 7 * DAY) return relative.format(Math.trunc(away / DAY), "day");
  const year = (time: number): number => new Date(time).getFullYear();
  return (year(at) === year(present) ? sameYear : otherYear).format(at);
}

/** A point in time, relative and kept true by itself; `show` chooses the time of day or the whole date instead. The title is exact. */
export function Time({ at, show = "relative" }: { at: string | number | null; show?: "relative" | "clock" | "date" }) {
  const present = useNow();
  if (at === null) return <span>–</span>;
  const time = new Date(at);
  const text = show === "clock" ? clock.format(time) : show === "date" ? otherYear.format(time) : null;
  return (
    <time dateTime={time.toISOString()} title={exact.format(time)}>
      {text ?? relativeTime(time.getTime(), Math.max(present, 0))}
    </time>
  );
}
