import type { Alert, AlertKindName } from "../api/alert-calls.js";

interface Kind {
  label: string;
  /** Unit of its threshold; null = it has none. */
  unit: string | null;
  threshold: number;
  min: number;
  max: number;
  /** Default window in hours; null = it looks at the present. */
  hours: number | null;
  /** Can be limited to an agent. */
  ofAgent: boolean;
  says: string;
}

/** What a rule can watch, as `ALERT_KINDS` of the contracts has it. */
export const KINDS: Readonly<Record<AlertKindName, Kind>> = {
  budget_spent: {
    ...{ label: "Budget of a link is nearly spent", unit: "%", threshold: 80, min: 1, max: 100, hours: null },
    ...{ ofAgent: true, says: "Each link that has a budget is watched on its own." },
  },
  budget_used_up: {
    ...{ label: "Budget of a link is used up", unit: null, threshold: 100, min: 100, max: 100, hours: null },
    ...{ ofAgent: true, says: "All of it is spent, or a turn was refused because of it." },
  },
  failed_turns: {
    ...{ label: "Messages get no answer (count)", unit: "messages", threshold: 10, min: 1, max: 1_000_000, hours: 1 },
    ...{ ofAgent: true, says: "All of them together." },
  },
  failed_turn_rate: {
    ...{ label: "Messages get no answer (share)", unit: "%", threshold: 10, min: 0.1, max: 100, hours: 1 },
    ...{ ofAgent: true, says: "From ten messages on." },
  },
  waiting_time: {
    ...{ label: "A visitor is waiting for a person", unit: "minutes", threshold: 10, min: 1, max: 10_080, hours: null },
    ...{ ofAgent: true, says: "Who waits longest counts." },
  },
  webhook_failing: {
    ...{ label: "A webhook fails", unit: "attempts in a row", threshold: 5, min: 1, max: 1_000, hours: null },
    ...{ ofAgent: true, says: "Each receiver is watched on its own; one that was switched off for it counts too." },
  },
  rating_below: {
    ...{ label: "Ratings are low", unit: "of 5", threshold: 3.5, min: 1, max: 5, hours: 24 },
    ...{ ofAgent: true, says: "The mean, from five ratings on." },
  },
  security_events: {
    ...{ label: "Many security events", unit: "events", threshold: 100, min: 1, max: 1_000_000, hours: 1 },
    ...{ ofAgent: true, says: "Limits reached, wrong PINs and codes, suspicious content: all of them together." },
  },
  dead_letters: {
    ...{ label: "Dead letters", unit: "turns", threshold: 1, min: 1, max: 10_000, hours: null },
    ...{ ofAgent: false, says: "Not replayed yet. For admins." },
  },
};

export const KIND_OPTIONS = Object.entries(KINDS).map(([value, { label }]) => ({
  value: value as AlertKindName,
  label,
}));

export const nameOf = ({ name, kind }: Pick<Alert, "name" | "kind">): string => name ?? KINDS[kind].label;

/** "from 80 %", "below 3.5 of 5 in 24 hours". */
export function thresholdOf({ kind, threshold, window_hours: hours }: Alert): string {
  const { unit } = KINDS[kind];
  const period = hours === null ? "" : hours === 1 ? " in an hour" : ` in ${hours} hours`;
  return unit === null ? "–" : `${kind === "rating_below" ? "below" : "from"} ${amountOf(kind, threshold)}${period}`;
}

export const amountOf = (kind: AlertKindName, value: number): string =>
  `${value.toLocaleString(undefined, { maximumFractionDigits: 2 })} ${KINDS[kind].unit ?? "%"}`;
