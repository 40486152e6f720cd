import { z } from "zod";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const time = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be a time such as 09:00");

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const span = z
  .strictObject({ from: time, to: time })
  .refine(({ from, to }) => from < to, { message: "`from` must come before `to`" });

/** When people are there: spans of local time for each weekday; a day that is not named is closed. */
export const officeHours = z
  .strictObject({
    time_zone: z.string().max(100).refine(isTimeZone, { message: "must be an IANA time zone such as Europe/Berlin" }),
    days: z.partialRecord(z.enum(WEEKDAYS), z.array(span).max(4)),
  })
  .meta({
    id: "OfficeHours",
    description: "When people are there, in local time; a day that is not named is closed",
    examples: [{ time_zone: "Europe/Berlin", days: { monday: [{ from: "09:00", to: "17:00" }] } }],
  });
export type OfficeHours = z.infer<typeof officeHours>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A week from now each opening has come once; one day more for those at its edges. */
const DAYS_AHEAD = 8;

/** How far the clocks of a zone are ahead of UTC at an instant, milliseconds. */
function offsetAt(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  }).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(at / 1_000) * 1_000;
}

/** The instant of a local time, given as if it were UTC. Of a time that the change of clocks skips: the one after it. */
function instantOf(timeZone: string, local: number): number {
  const guess = local - offsetAt(timeZone, local);
  return local - offsetAt(timeZone, guess);
}

/**
 * Whether somebody is there at an instant, and when the next span begins otherwise; null = never, or they are there.
 * @param hours null = always
 * @param at milliseconds since 1970
 */
export function openAt(hours: OfficeHours | null, at: number): { open: boolean; nextOpenAt: string | null } {
  if (hours === null) return { open: true, nextOpenAt: null };
  const { time_zone: zone, days } = hours;
  const local = at + offsetAt(zone, at);
  const today = Math.floor(local / DAY_MS) * DAY_MS;
  let next: number | null = null;
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = today + ahead * DAY_MS;
    const name = WEEKDAYS[(new Date(day).getUTCDay() + 6) % 7] ?? "monday";
    for (const { from, to } of days[name] ?? []) {
      const begins = instantOf(zone, day + minutesOf(from) * MINUTE_MS);
      const ends = instantOf(zone, day + minutesOf(to) * MINUTE_MS);
      if (begins <= at && at < ends) return { open: true, nextOpenAt: null };
      if (begins > at && (next === null || begins < next)) next = begins;
    }
  }
  return { open: false, nextOpenAt: next === null ? null : new Date(next).toISOString() };
}

function minutesOf(given: string): number {
  const [hours = 0, minutes = 0] = given.split(":").map(Number);
  return hours * 60 + minutes;
}
