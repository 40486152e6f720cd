import { NAMES, VISITS, type Visit, WAITING } from "./visits.js";

export interface PlannedVisit {
  /** Names the visit forever: a start that finds it half done continues with it. */
  key: string;
  visit: Visit;
  beganAt: Date;
  /** Seconds between two messages of the visitor. */
  paceSeconds: number;
}

const DAY_MS = 86_400_000;
/** Visits of each of the seven days before today, Monday to Sunday alike: a week has quiet and busy days. */
const PER_DAY = [9, 12, 14, 10, 13, 6, 5];

/**
 * The visits of the seven days before a moment, oldest first, and one person who has been waiting for six minutes. A pure function of the
 * moment: the same plan comes out when a start is repeated.
 */
export function planWeek(until: Date): PlannedVisit[] {
  const midnight = Math.floor(until.getTime() / DAY_MS) * DAY_MS;
  const visits: PlannedVisit[] = [];
  for (const [day, count] of PER_DAY.entries()) {
    for (let nth = 0; nth < count; nth += 1) {
      const number = visits.length;
      // Multiples of a number without a common divisor walk through all visits before one comes again.
      const visit = VISITS[(number * 7) % VISITS.length] ?? WAITING;
      // From eight to eight, in steps that look like chance.
      const minute = 8 * 60 + (((number * 263) % 100) / 100 + nth) * ((12 * 60) / count);
      const beganAt = new Date(midnight - (PER_DAY.length - day) * DAY_MS + Math.floor(minute * 60_000));
      visits.push({
        key: `demo-week-${number}`,
        visit: filled(visit, number),
        beganAt,
        paceSeconds: 25 + ((number * 17) % 50),
      });
    }
  }
  const beganAt = new Date(until.getTime() - 8 * 60_000);
  return [...visits, { key: "demo-week-waiting", visit: WAITING, beganAt, paceSeconds: 60 }];
}

function filled(visit: Visit, number: number): Visit {
  const values: Record<string, string> = {
    name: NAMES[number % NAMES.length] ?? "Sam",
    zip: String(30_000 + ((number * 389) % 6_000)),
    order: String(200_000 + ((number * 7_919) % 90_000)),
  };
  return {
    ...visit,
    says: visit.says.map((text) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "")),
  };
}
