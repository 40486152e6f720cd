import type { UsageForecast } from "@parley/contracts";
import { dayAfter, startOf } from "./days.js";

/** No forecast below this many days: the data must cover two weeks. */
const LEAST_DAYS = 14;

/** In a normal distribution, four of five values lie within this many standard deviations. */
const FOUR_OF_FIVE = 1.2816;

export interface KnownDay {
  day: string;
  sessions: number;
  messages: number;
}

interface Line {
  /** Value of a day, by its number counted from the first known day. */
  at(n: number): number;
  slope: number;
  /** Standard deviation of the actual values from the line. */
  deviation: number;
}

/**
 * Usage forecast: a straight line by least squares, plus the average deviation of each day of the week from it. Days
 * before the first session are left out, because they would look like growth.
 */
export function forecast(known: readonly KnownDay[], days: number): Omit<UsageForecast, "from" | "to"> {
  const first = known.findIndex(({ sessions, messages }) => sessions + messages > 0);
  const seen = first < 0 ? [] : known.slice(first);
  const last = seen.at(-1);
  if (seen.length < LEAST_DAYS || last === undefined) return { days_known: seen.length, trend_per_day: null, data: [] };
  const weekdays = seen.map(({ day }) => weekdayOf(day));
  const sessions = lineThrough(
    seen.map((day) => day.sessions),
    weekdays,
  );
  const messages = lineThrough(
    seen.map((day) => day.messages),
    weekdays,
  );
  const data = Array.from({ length: days }, (_, n) => {
    const [ofSessions, ofMessages] = [expected(sessions, seen.length + n), expected(messages, seen.length + n)];
    return {
      day: dayAfter(last.day, n + 1),
      ...{ sessions: ofSessions.value, sessions_low: ofSessions.low, sessions_high: ofSessions.high },
      ...{ messages: ofMessages.value, messages_low: ofMessages.low, messages_high: ofMessages.high },
    };
  });
  return {
    days_known: seen.length,
    trend_per_day: { sessions: oneDecimal(sessions.slope), messages: oneDecimal(messages.slope) },
    data,
  };
}

const weekdayOf = (day: string): number => new Date(startOf(day)).getUTCDay();
const oneDecimal = (value: number): number => Number(value.toFixed(1));
const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

function lineThrough(values: readonly number[], weekdays: readonly number[]): Line {
  const middle = (values.length - 1) / 2;
  const level = meanOf(values);
  const spread = values.reduce((sum, _, n) => sum + (n - middle) ** 2, 0);
  const slope = values.reduce((sum, value, n) => sum + (n - middle) * (value - level), 0) / spread;
  const trend = (n: number): number => level + slope * (n - middle);
  const offsets = Array.from({ length: 7 }, (_, weekday) =>
    meanOf(values.flatMap((value, n) => (weekdays[n] === weekday ? [value - trend(n)] : []))),
  );
  const firstWeekday = weekdays[0] ?? 0;
  const at = (n: number): number => trend(n) + (offsets[(firstWeekday + n) % 7] ?? 0);
  const squares = values.reduce((sum, value, n) => sum + (value - at(n)) ** 2, 0);
  return { at, slope, deviation: Math.sqrt(squares / values.length) };
}

/** Usage cannot be negative. */
function expected(line: Line, n: number): { value: number; low: number; high: number } {
  const value = line.at(n);
  const about = FOUR_OF_FIVE * line.deviation;
  const bounded = (number: number): number => oneDecimal(Math.max(0, number));
  return { value: bounded(value), low: bounded(value - about), high: bounded(value + about) };
}
