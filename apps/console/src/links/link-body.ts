import { type Json, record, sixDigits, text, texts } from "@parley/web-kit";
import { audienceOf, initialValues, itemsOf, type LinkValues, objectIn } from "./link-form.js";

const BYTES_PER_MB = 1_048_576;
const NUMBERS = [
  "max_sessions",
  "max_messages_per_session",
  "session_timeout_minutes",
  "rate_limit_per_minute",
  "max_message_length",
] as const;
const OPTIONAL_NUMBERS = ["max_concurrent_sessions", "retention_days"] as const;
const OPTIONAL_TEXTS = [
  "description",
  "welcome_message",
  "consent_text",
  "chat_intent",
  "initial_message",
  "system_prompt_override",
  "source_session_id",
] as const;
const LISTS = [
  "allowed_email_domains",
  "allowed_domains",
  "allowed_ips",
  "allowed_countries",
  "blocked_countries",
] as const;
const CHECKS = ["require_email", "friendly_errors"] as const;
const CHOICES = ["proof_of_work", "intro"] as const;

/** The body of a new link; defaults are left out, so that the server's own apply. Call it with valid fields only. */
export function linkBody(values: LinkValues): Json {
  const body = changedBody(initialValues(), values);
  for (const name of NUMBERS) body[name] = Number(values[name]);
  return body;
}

/** The members that differ between two states of the form, with the second one's values. Nested objects are complete. */
export function changedBody(before: LinkValues, after: LinkValues): Json {
  const old = wholeBody(before);
  return Object.fromEntries(
    Object.entries(wholeBody(after)).filter(
      ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(old[name]),
    ),
  );
}

/** The fields of a template: all of a link but those that concern a single link. */
export function templateBody(values: LinkValues, name: string): Json {
  const { pin: _pin, recipient: _recipient, source_session_id: _source, expires_at: _at, ...fields } = linkBody(values);
  return { ...fields, name };
}

function wholeBody(values: LinkValues): Json {
  const of = (name: string): string => values[name]?.trim() ?? "";
  const numberOr = (name: string): number | null => (of(name) === "" ? null : Number(of(name)));
  const body: Json = { title: of("title") || undefined };
  for (const name of NUMBERS) body[name] = Number(of(name));
  for (const name of OPTIONAL_NUMBERS) body[name] = numberOr(name);
  for (const name of OPTIONAL_TEXTS) body[name] = of(name) || null;
  for (const name of LISTS) body[name] = itemsOf(values[name]);
  for (const name of CHECKS) body[name] = values[name] === "yes";
  for (const name of CHOICES) body[name] = of(name);
  const countries = ["allowed_countries", "blocked_countries"];
  for (const name of countries) body[name] = itemsOf(values[name]).map((code) => code.toUpperCase());
  body.starters = itemsOf(values.starters, true);
  body.agent_version = of("agent_version") === "active" ? "active" : Number(of("agent_version"));
  body.metadata = objectIn(of("metadata")) ?? {};
  body.pin = values.pin_remove === "yes" ? null : of("pin") || undefined;
  body.recipient = withoutEmpty({ name: of("recipient/name"), email: of("recipient/email") });
  body.budget = budgetOf(numberOr("budget/max_cost"), numberOr("budget/max_tokens"), values["budget/hard"] === "yes");
  body.file_uploads = uploadsOf(values);
  body.branding = brandingOf(values);
  return { ...body, ...expiryOf(values) };
}

function expiryOf(values: LinkValues): Json {
  if (values.expiry === "at") return { expires_at: new Date(values.expires_at ?? "").toISOString() };
  if (values.expiry === "hours") return { expires_in_hours: Number(values.expires_in_hours) };
  return values.expiry ? { expires_in_hours: Number(values.expiry) } : { expires_at: null };
}

const budgetOf = (cost: number | null, tokens: number | null, hard: boolean): Json | null =>
  cost === null && tokens === null ? null : { max_cost: cost, max_tokens: tokens, hard };

function uploadsOf(values: LinkValues): Json {
  if (values["file_uploads/enabled"] !== "yes") return { enabled: false };
  return {
    enabled: true,
    types: itemsOf(values["file_uploads/types"]),
    max_bytes: Math.round(Number(values["file_uploads/max_bytes"]) * BYTES_PER_MB),
    max_count: Number(values["file_uploads/max_count"]),
  };
}

/** Members unknown to this form are kept as they were. */
function brandingOf(values: LinkValues): Json {
  const { colours, ...rest } = objectIn(values["branding/rest"] ?? "") ?? {};
  const accent = values["branding/accent"]?.trim();
  const all = { ...record(colours), ...(accent ? { accent } : {}) };
  const named = withoutEmpty(
    Object.fromEntries(BRANDING_TEXTS.map((member) => [member, values[`branding/${member}`]?.trim() ?? ""])),
  );
  return { ...rest, ...named, ...(Object.keys(all).length > 0 ? { colours: all } : {}) };
}

function withoutEmpty(given: Record<string, string>): Json | null {
  const kept = Object.entries(given).filter(([, value]) => value !== "");
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** The form filled with the settings of a link or a template; missing ones are as in an empty form. */
export function valuesOf(linkOrTemplate: object): LinkValues {
  const settings = record(linkOrTemplate);
  const values = initialValues();
  const put = (name: string, value: unknown): void => {
    if (typeof value === "string") values[name] = value;
    else if (typeof value === "number") values[name] = String(value);
    else if (typeof value === "boolean") values[name] = value ? "yes" : "";
    else if (Array.isArray(value)) values[name] = texts(value).join("\n");
  };
  const plain = ["title", "agent_version", "starters", ...NUMBERS, ...OPTIONAL_NUMBERS];
  for (const name of [...plain, ...OPTIONAL_TEXTS, ...LISTS, ...CHECKS, ...CHOICES]) put(name, settings[name]);
  values.audience = audienceOf(values.max_sessions);
  for (const [name, value] of Object.entries(record(settings.recipient))) put(`recipient/${name}`, value);
  for (const [name, value] of Object.entries(record(settings.budget))) put(`budget/${name}`, value);
  const { max_bytes: bytes, ...uploads } = record(settings.file_uploads);
  for (const [name, value] of Object.entries(uploads)) put(`file_uploads/${name}`, value);
  if (typeof bytes === "number") values["file_uploads/max_bytes"] = String(Number((bytes / BYTES_PER_MB).toFixed(6)));
  const metadata = record(settings.metadata);
  if (Object.keys(metadata).length > 0) values.metadata = JSON.stringify(metadata, null, 2);
  putBranding(values, record(settings.branding));
  putExpiry(values, settings);
  return values;
}

const BRANDING_TEXTS = ["name", "logo", "locale", "operator", "privacy_url"] as const;

function putBranding(values: LinkValues, { colour, color, colours, colors, ...branding }: Json): void {
  const rest: Json = { ...branding };
  for (const member of BRANDING_TEXTS) {
    values[`branding/${member}`] = text(branding[member]) ?? "";
    delete rest[member];
  }
  const { accent, primary, ...free } = record(colours ?? colors);
  // An invalid secondary colour is refused, and this form has no field to correct it.
  const others = sixDigits(text(primary) ?? "") === null ? free : { ...free, primary };
  // In the order the chat page looks for it.
  values["branding/accent"] = text(colour) || text(color) || text(accent) || text(primary) || "";
  const kept = { ...rest, ...(Object.keys(others).length > 0 ? { colours: others } : {}) };
  values["branding/rest"] = Object.keys(kept).length > 0 ? JSON.stringify(kept) : "";
}

function putExpiry(values: LinkValues, settings: Json): void {
  const hours = settings.expires_in_hours;
  if (typeof hours === "number") {
    values.expiry = ["1", "24", "168", "720"].includes(String(hours)) ? String(hours) : "hours";
    values.expires_in_hours = String(hours);
  }
  const at = new Date(text(settings.expires_at) ?? "");
  if (Number.isNaN(at.getTime())) return;
  values.expiry = "at";
  values.expires_at = localMinute(at);
}

/** Format of `datetime-local`: the time of this computer, to the minute. */
function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
