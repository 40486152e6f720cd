const DAY_MS = 86_400_000;

/** A day in ISO 8601 format, in UTC. */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Start of a day in milliseconds. */
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00.000Z`);

/** The day `days` after another. */
export const dayAfter = (day: string, days: number): string => isoDay(startOf(day) + days * DAY_MS);

/** The first Monday on or after this day. */
export const mondayFrom = (day: string): string => dayAfter(day, (8 - new Date(startOf(day)).getUTCDay()) % 7);

/** The first day of a month that is not before this day. */
export const monthFrom = (day: string): string => {
  const [year = 0, month = 0, date] = day.split("-").map(Number);
  return isoDay(Date.UTC(year, date === 1 ? month - 1 : month));
};

/** The Monday of the week that this day is in. */
export const mondayOf = (day: string): string => mondayFrom(dayAfter(day, -6));

/** The first day of the month that this day is in. */
export const monthOf = (day: string): string => `${day.slice(0, 7)}-01`;

/** Every day from `from` to `to`, both included. */
export function daysBetween(from: string, to: string): string[] {
  const count = Math.round((startOf(to) - startOf(from)) / DAY_MS) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, n) => dayAfter(from, n));
}

/** The start of every hour of these days. */
export const hoursBetween = (from: string, to: string): string[] =>
  daysBetween(from, to).flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => new Date(startOf(day) + hour * 3_600_000).toISOString()),
  );
