import type { Answered, UsageForecast } from "../api/analytics-calls.js";
import type { ChartData } from "../ui/charts/chart-data.js";

const DAY_MS = 86_400_000;
const MOST = 15;
const dayName = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumSignificantDigits: 3 });

export const asShare = (value: number): string => percent.format(value);
export const asDollars = (value: number): string => money.format(value);
export const asSeconds = (value: number): string =>
  `${value.toLocaleString(undefined, { maximumFractionDigits: 1 })} s`;

type Series<T> = Record<string, (rows: T[]) => number | null>;
const seriesOf = <T>(groups: T[][], series: Series<T>): ChartData["series"] =>
  Object.entries(series).map(([name, of]) => ({ name, values: groups.map((rows) => of(rows)) }));

/** One point for each day of the period, including those without numbers. */
export function byDay<T extends { group: string }>(
  { from, to, data }: Pick<Answered<"usage">, "from" | "to"> & { data: T[] },
  series: Series<T>,
): ChartData {
  const days: string[] = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += DAY_MS)
    days.push(new Date(day).toISOString().slice(0, 10));
  const groups = days.map((day) => data.filter(({ group }) => group === day));
  return { axis: "Day", labels: days.map((day) => dayName.format(new Date(day))), series: seriesOf(groups, series) };
}

/** One point for each name, the largest first. */
export function byName<T>(
  axis: string,
  rows: T[],
  { name, most, series }: { name: (row: T) => string; most: (row: T) => number; series: Series<T> },
): ChartData {
  const sorted = rows.filter((row) => most(row) > 0).sort((one, other) => most(other) - most(one));
  const groups = sorted.slice(0, MOST).map((row) => [row]);
  return {
    axis,
    labels: groups.map(([row]) => (row === undefined ? "" : name(row))),
    series: seriesOf(groups, series),
  };
}

/** Adds rows up by a name. */
export function summed<T>(rows: T[], name: (row: T) => string, amount: (row: T) => number) {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(name(row), (sums.get(name(row)) ?? 0) + amount(row));
  return [...sums].map(([label, total]) => ({ label, total }));
}

export const sum =
  <T>(of: (row: T) => number) =>
  (rows: T[]): number =>
    rows.reduce((total, row) => total + of(row), 0);
/** Of days with data; a day without is a gap in the line. */
export const first =
  <T>(of: (row: T) => number | null) =>
  (rows: T[]): number | null => {
    const [row] = rows;
    return row === undefined ? null : of(row);
  };

export const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

export function forecastChart({ data }: UsageForecast): ChartData {
  return {
    axis: "Day",
    labels: data.map(({ day }) => dayName.format(new Date(day))),
    series: [
      { name: "Expected", values: data.map(({ sessions }) => sessions) },
      { name: "Low", values: data.map(({ sessions_low }) => sessions_low) },
      { name: "High", values: data.map(({ sessions_high }) => sessions_high) },
    ],
  };
}
