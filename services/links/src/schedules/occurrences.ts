import { Cron } from "croner";

/** When a schedule is due. */
export interface Pattern {
  cron: string;
  timezone: string;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const FIELDS = 5;
const DAY_MS = 86_400_000;

const fieldsOf = (cron: string): string[] => (NICKNAMES[cron.toLowerCase()] ?? cron).trim().split(/\s+/);

const jobOf = (fields: readonly string[], timezone: string): Cron =>
  new Cron(fields.join(" "), { timezone, paused: true, mode: "5-part" });

/** Whether a text is a pattern of five fields, or a nickname, that occurs at all. */
export function isPattern({ cron, timezone }: Pattern, from: number): boolean {
  const fields = fieldsOf(cron);
  if (fields.length !== FIELDS) return false;
  try {
    return nextOccurrence({ cron, timezone }, from) !== null;
  } catch {
    return false;
  }
}

/**
 * The first occurrence after an instant; null = there is none.
 * Where the hour is fixed, each local time occurs once: of a repeated hour (end of summer time) the first one counts, and times that a
 * clock change skips occur at its end, several such times together. Where the hour is `*`, elapsed time counts: every half hour
 * stays every half hour.
 * @param after milliseconds since 1970
 */
export function nextOccurrence({ cron, timezone }: Pattern, after: number): number | null {
  const fields = fieldsOf(cron);
  const [, hour = "*"] = fields;
  if (hour.startsWith("*")) return jobOf(fields, timezone).nextRun(new Date(after))?.getTime() ?? null;
  const local = jobOf(fields, "UTC");
  // Start before the local time of `after`, because a skipped time is earlier than its instant.
  let wall = local.nextRun(new Date(after + offsetAt(timezone, after) - DAY_MS));
  while (wall !== null) {
    const instant = instantOf(timezone, wall.getTime());
    if (instant > after) return instant;
    wall = local.nextRun(wall);
  }
  return null;
}

/** The first `count` occurrences after an instant. */
export function nextOccurrences(pattern: Pattern, after: number, count: number): number[] {
  const found: number[] = [];
  for (let at = after; found.length < count; ) {
    const next = nextOccurrence(pattern, at);
    if (next === null) break;
    found.push(next);
    at = next;
  }
  return found;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  formats.set(timeZone, format);
  return format;
}

/** The UTC offset of a zone at an instant, milliseconds. */
function offsetAt(timeZone: string, at: number): number {
  const parts = formatIn(timeZone).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(at / 1_000) * 1_000;
}

/** The instant of a local time, given as if it were UTC: the first of two, or the end of the clock change that skips it. */
function instantOf(timeZone: string, wall: number): number {
  const [before, after] = [offsetAt(timeZone, wall - DAY_MS), offsetAt(timeZone, wall + DAY_MS)];
  const meant = [wall - before, wall - after].filter((at) => at + offsetAt(timeZone, at) === wall);
  if (meant.length > 0) return Math.min(...meant);
  // The clock change is between these two.
  let [early, late] = [wall - Math.max(before, after), wall - Math.min(before, after)];
  while (late - early > 1_000) {
    const middle = Math.floor((early + late) / 2_000) * 1_000;
    if (offsetAt(timeZone, middle) === before) early = middle;
    else late = middle;
  }
  return late;
}
