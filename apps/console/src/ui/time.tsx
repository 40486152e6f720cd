import { useSyncExternalStore } from "react";

const TICK_MS = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // It was stopped while no time was on the page.
  if (timer === undefined) now = Date.now();
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

/** The current time, updated every ten seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const sameYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "now", "5 min ago", "in 2 hr", and beyond a week the date. */
function relativeTime(at: number, present: number): string {
  const away = at - present;
  const far = Math.abs(away);
  if (far < MINUTE) return relative.format(0, "second");
  if (far < HOUR) return relative.format(Math.trunc(away / MINUTE), "minute");
  if (far < DAY) return relative.format(Math.trunc(away / HOUR), "hour");
  if (far < 7 * DAY) return relative.format(Math.trunc(away / DAY), "day");
  const year = (time: number): number => new Date(time).getFullYear();
  return (year(at) === year(present) ? sameYear : otherYear).format(at);
}

const SHOWN = { clock, date: otherYear, moment };

interface TimeProps {
  at: string | number | null;
  /** Time of day, date, or both, instead of a relative time. */
  show?: "relative" | keyof typeof SHOWN;
}

/** A point in time, relative and updated by itself unless `show` says otherwise. The title is exact. */
export function Time({ at, show = "relative" }: TimeProps) {
  const present = useNow();
  if (at === null) return <span>–</span>;
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={exact.format(time)}>
      {show === "relative" ? relativeTime(time.getTime(), present) : SHOWN[show].format(time)}
    </time>
  );
}
