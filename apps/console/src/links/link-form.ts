import { isRecord } from "@parley/web-kit";
import type { Resolver, UseFormReturn } from "react-hook-form";
import { format, type LinkField, type LinkSection, type ListField, type NumberField } from "./link-field.js";
import { ADVANCED, AGENT, BUDGET, FILE_TYPES, FILES, LIMITS } from "./link-sections-owner.js";
import { BASICS, ENTRY, LOOK, PLACES } from "./link-sections-visitor.js";

/** The form of a link, by the question each part answers: from what everybody sets to what few need. */
export const SECTIONS: readonly LinkSection[] = [BASICS, LOOK, LIMITS, ENTRY, PLACES, BUDGET, FILES, AGENT, ADVANCED];

export const EXPIRIES: readonly { value: string; label: string }[] = [
  { value: "", label: "Never" },
  { value: "1", label: "In an hour" },
  { value: "24", label: "In a day" },
  { value: "168", label: "In a week" },
  { value: "720", label: "In 30 days" },
  { value: "hours", label: "After some hours…" },
  { value: "at", label: "At a time of your choice…" },
];

const MOST_SESSIONS = "10000";

/** Who a link is for, and the resulting number of conversations. */
export const AUDIENCES: readonly { value: string; label: string; sessions: string }[] = [
  { value: "one", label: "One person: one conversation", sessions: "1" },
  { value: "several", label: "Several people", sessions: "20" },
  { value: "open", label: "Anybody, as often as they like", sessions: MOST_SESSIONS },
];

export const audienceOf = (sessions: string | undefined): string =>
  sessions === "1" ? "one" : sessions === MOST_SESSIONS ? "open" : "several";

/** The values of the form, as text, by the name of the field. */
export type LinkValues = Record<string, string>;
export type LinkForm = UseFormReturn<LinkValues>;

export function initialValues(): LinkValues {
  const values: LinkValues = { expires_at: "", expires_in_hours: "", pin_remove: "", "branding/rest": "" };
  for (const { fields } of SECTIONS) for (const field of fields) values[field.name] = initialOf(field);
  values["file_uploads/types"] = FILE_TYPES;
  return values;
}

function initialOf(field: LinkField): string {
  if (field.type === "number") return field.initial === null ? "" : String(field.initial);
  return field.type === "choice" || field.type === "special" ? (field.initial ?? "") : "";
}

/** How many fields of a section differ from an empty form. */
export function answeredIn({ fields }: LinkSection, values: LinkValues): number {
  const empty = initialValues();
  return fields.filter(({ name }) => values[name] !== empty[name]).length;
}

/** Errors found without asking the server, by field. The server's findings have the same form. */
export function wrongFields(values: LinkValues, options: { edit?: boolean } = {}): Record<string, string> {
  const wrong: Record<string, string> = {};
  const tell = (name: string, problem: string | null): void => {
    if (problem !== null) wrong[name] = problem;
  };
  for (const { fields } of SECTIONS) {
    for (const field of fields) {
      const value = values[field.name]?.trim() ?? "";
      if (field.type === "number") tell(field.name, wrongNumber(field, value));
      else if (field.type === "list") tell(field.name, wrongList(field, value));
    }
  }
  if (options.edit && values.title?.trim() === "") tell("title", "must not be empty");
  if (values.expiry === "at" && Number.isNaN(Date.parse(values.expires_at ?? "")))
    tell("expires_at", "must be a date and time");
  if (values.expiry === "hours") tell("expires_in_hours", wrongNumber(HOURS, values.expires_in_hours?.trim() ?? ""));
  if (values.pin && (values.pin.length < 4 || values.pin.length > 64)) tell("pin", "must have 4 to 64 characters");
  const colour = values["branding/accent"]?.trim() ?? "";
  if (colour !== "" && !/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour))
    tell("branding/accent", "must be a colour such as #0f6b60");
  if (values.metadata?.trim() && objectIn(values.metadata) === null) tell("metadata", "must be a JSON object");
  return wrong;
}

interface Check {
  edit?: boolean;
  /** Further errors of the form, by field. */
  also?(values: LinkValues): Record<string, string>;
}

/** Shows errors at their fields, before the server is asked. */
export const checked =
  ({ edit = false, also }: Check = {}): Resolver<LinkValues> =>
  (values) => {
    const wrong = Object.entries({ ...wrongFields(values, { edit }), ...also?.(values) });
    const errors = Object.fromEntries(wrong.map(([name, message]) => [name, { type: "wrong", message }]));
    return wrong.length === 0 ? { values, errors: {} } : { values: {}, errors };
  };

export const HOURS: NumberField = {
  type: "number",
  name: "expires_in_hours",
  label: "Hours",
  min: 0.01,
  max: 87_600,
  initial: 1,
  decimals: true,
  help: "Counted from the moment it is saved.",
};

function wrongNumber({ min, max, initial, decimals }: NumberField, value: string): string | null {
  if (value === "" && initial === null) return null;
  const shape = decimals ? /^\d+(?:\.\d+)?$/ : /^\d+$/;
  const number = Number(value);
  if (shape.test(value) && number >= min && number <= max) return null;
  return `must be a ${decimals ? "number" : "whole number"} from ${format(min)} to ${format(max)}`;
}

function wrongList(field: ListField, value: string): string | null {
  const items = itemsOf(value, field.lines);
  if (items.length > field.maxItems) return `must be at most ${field.maxItems}`;
  return items.every((item) => field.item.shape.test(item)) ? null : field.item.words;
}

/** Items of a list as typed: one per line, or also separated by spaces and commas. */
export const itemsOf = (text: string | undefined, lines = false): string[] =>
  (text ?? "")
    .split(lines ? /\n/ : /[\s,;]+/)
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** A JSON object in a text, or null when it holds none. */
export function objectIn(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** The control that a finding of the server belongs to; empty = none of this form. */
export function controlOf(place: string, values: LinkValues): string {
  const path = place.replaceAll(".", "/");
  if (path === "expires_at" && values.expiry !== "at") return "expiry";
  if (path === "expires_in_hours" && values.expiry !== "hours") return "expiry";
  const special: Record<string, string> = {
    branding: "branding/name",
    budget: "budget/max_cost",
    file_uploads: "file_uploads/enabled",
    recipient: "recipient/name",
  };
  if (path.startsWith("branding/colo")) return "branding/accent";
  if (path in initialValues()) return path;
  const [head = ""] = path.split("/");
  return head in initialValues() ? head : (special[head] ?? "");
}
