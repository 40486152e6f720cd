import type { AuditEntryView, AuditVerified } from "../api/trust-calls.js";

/** `session.transcript.read` → "Session transcript read". */
export function actionWords(action: string): string {
  const words = action.replaceAll(/[._]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type AuditProblem = AuditVerified["problems"][number];

/** The manipulation of the database at this place of the chain. */
export const PROBLEM_WORDS: Record<AuditProblem["problem"], string> = {
  changed: "its content is not what was written then",
  missing_before: "entries before it were deleted",
  not_joined: "it stood elsewhere, or the one before it was made anew",
  added: "it was written past the end of the chain",
  cut_off: "the entries after it were deleted",
  unlike_sealed: "the chain was computed anew, or cut together with its end",
  seal_broken: "the seal that was made of it was changed",
};

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** The changes in an entry, field by field; a creation has no before, a deletion no after. */
export function changesOf({ details }: AuditEntryView): Change[] {
  const { before = {}, after = {} } = details;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({ field, before: before[field], after: after[field] }))
    .filter((change) => valueText(change.before) !== valueText(change.after));
}

/** The other details of the entry, beside before and after. */
export const restOf = ({ details }: AuditEntryView): [string, unknown][] =>
  Object.entries(details).filter(([name, value]) => !["before", "after"].includes(name) && value !== null);

/** A value in readable form; undefined = it was absent. */
export function valueText(value: unknown): string {
  if (value === undefined) return "–";
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Days of the filter as timestamps for the API; the last day is included. */
export function momentsOf(days: string | undefined): { from?: string; to?: string } {
  const [from, to] = (days ?? "").split("..");
  const moment = (day: string, add: number): string => {
    const at = new Date(`${day}T00:00:00`);
    at.setDate(at.getDate() + add);
    return at.toISOString();
  };
  return { ...(from ? { from: moment(from, 0) } : {}), ...(to ? { to: moment(to, 1) } : {}) };
}
