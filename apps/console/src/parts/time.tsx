const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** A point in time as people say it; within a week of now relative, always with the exact time in the tooltip. */
export function Time({ value, exact = false }: { value: string | null; exact?: boolean }) {
  const date = new Date(value ?? "");
  if (Number.isNaN(date.getTime())) return <>–</>;
  const distanceMs = date.getTime() - Date.now();
  const near = !exact && Math.abs(distanceMs) < 7 * 86_400_000;
  return (
    <time dateTime={date.toISOString()} title={absolute.format(date)}>
      {near ? inWords(distanceMs) : absolute.format(date)}
    </time>
  );
}

function inWords(distanceMs: number): string {
  const [unit, sizeMs] = UNITS.find(([, size]) => Math.abs(distanceMs) >= size) ?? ["second", 1_000];
  return unit === "second" ? "just now" : relative.format(Math.round(distanceMs / sizeMs), unit);
}
