import type { OfficeHours } from "../api/answers.js";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
type Day = (typeof DAYS)[number];
const LINE = /^([a-z]+)(?:\s*[-–]\s*([a-z]+))?\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})$/i;

/** One line per span, as `hoursOf` parses it; consecutive days with the same spans share their lines. */
export function hoursText(hours: OfficeHours | null): string {
  const spansOf = (day: Day): string[] => (hours?.days[day] ?? []).map(({ from, to }) => `${from}–${to}`);
  const lines: string[] = [];
  for (let first = 0; first < DAYS.length; ) {
    const day = DAYS[first] ?? "monday";
    const spans = spansOf(day);
    let last = first;
    while (last + 1 < DAYS.length && spansOf(DAYS[last + 1] ?? day).join() === spans.join()) last += 1;
    const name = last === first ? named(day) : `${named(day)}–${named(DAYS[last] ?? day)}`;
    lines.push(...spans.map((span) => `${name} ${span}`));
    first = last + 1;
  }
  return lines.join("\n");
}

const named = (day: Day): string => day.charAt(0).toUpperCase() + day.slice(1, 3);

/** Hours from lines such as `Mon–Fri 9:00–17:00`; null = no line, always staffed. A text = the first line that cannot be parsed. */
export function hoursOf(text: string, timeZone: string): OfficeHours | null | string {
  const days: OfficeHours["days"] = {};
  for (const line of text.split("\n").map((given) => given.trim())) {
    if (line === "") continue;
    const [, from, to, begin, end] = LINE.exec(line) ?? [];
    const first = dayOf(from);
    const last = to === undefined ? first : dayOf(to);
    if (first < 0 || last < first || begin === undefined || end === undefined) return line;
    const span = { from: begin.padStart(5, "0"), to: end.padStart(5, "0") };
    for (const day of DAYS.slice(first, last + 1)) days[day] = [...(days[day] ?? []), span];
  }
  return Object.keys(days).length === 0 ? null : { time_zone: timeZone, days };
}

/** By its name or its first three letters. */
const dayOf = (name = ""): number =>
  name.length < 3 ? -1 : DAYS.findIndex((day) => day.startsWith(name.toLowerCase()));
