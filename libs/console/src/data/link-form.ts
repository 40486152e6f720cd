/** The form for a new link: what is asked, in which range, and the body it becomes. */
export interface NumberField {
  name: string;
  label: string;
  min: number;
  max: number;
  initial: number;
  unit: string;
  help: string;
}

export const NUMBER_FIELDS: readonly NumberField[] = [
  {
    name: "max_sessions",
    label: "Conversations",
    min: 1,
    max: 10_000,
    initial: 1,
    unit: "",
    help: "How many conversations can ever be started. Reloading a page does not count.",
  },
  {
    name: "max_messages_per_session",
    label: "Messages per conversation",
    min: 1,
    max: 1_000,
    initial: 100,
    unit: "",
    help: "What one visitor can send before the conversation is closed.",
  },
  {
    name: "session_timeout_minutes",
    label: "Ends when idle for",
    min: 5,
    max: 1_440,
    initial: 30,
    unit: "minutes",
    help: "A conversation nobody writes in is ended after this time.",
  },
  {
    name: "rate_limit_per_minute",
    label: "Messages per minute",
    min: 1,
    max: 100,
    initial: 10,
    unit: "",
    help: "Faster senders are asked to wait.",
  },
  {
    name: "max_message_length",
    label: "Length of a message",
    min: 1,
    max: 10_000,
    initial: 4_000,
    unit: "characters",
    help: "Longer messages are refused before the agent sees them.",
  },
];

export interface TextField {
  name: string;
  label: string;
  maxLength: number;
  rows: number;
  help: string;
}

export const TITLE: TextField = {
  name: "title",
  label: "Title",
  maxLength: 200,
  rows: 1,
  help: "Visitors see it above the conversation. Empty: the name of the agent.",
};
export const VISIBLE_TEXTS: readonly TextField[] = [
  {
    name: "description",
    label: "Description",
    maxLength: 1_000,
    rows: 2,
    help: "One or two sentences under the title.",
  },
  {
    name: "welcome_message",
    label: "Welcome",
    maxLength: 2_000,
    rows: 3,
    help: "Shown on the page before anybody has said a word.",
  },
];
export const HIDDEN_TEXTS: readonly TextField[] = [
  {
    name: "chat_intent",
    label: "Purpose of this link",
    maxLength: 2_000,
    rows: 3,
    help: "Told to the agent, never to the visitor: what these conversations should achieve.",
  },
  {
    name: "system_prompt_override",
    label: "Instead of the agent’s own prompt",
    maxLength: 4_000,
    rows: 4,
    help: "Replaces the general instruction of the agent for this link. Never shown to visitors.",
  },
  {
    name: "initial_message",
    label: "First words of the agent",
    maxLength: 2_000,
    rows: 2,
    help: "What the agent says first, word for word.",
  },
];

export const EXPIRIES: readonly { value: string; label: string }[] = [
  { value: "", label: "Never" },
  { value: "1", label: "In an hour" },
  { value: "24", label: "In a day" },
  { value: "168", label: "In a week" },
  { value: "720", label: "In 30 days" },
  { value: "at", label: "At a time of your choice…" },
];

const MAX_SITES = 50;
/** Scheme (or https), host with at most one `*.` in front, port. Nothing else can ever match an origin. */
const SITE = /^(?:https?:\/\/)?(?:\*\.)?(?:localhost|\[[0-9a-f:]+\]|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?\/?$/i;

export type LinkValues = Record<string, string>;

export function initialValues(): LinkValues {
  const values: LinkValues = {
    expiry: "",
    expires_at: "",
    agent_version: "active",
    allowed_domains: "",
    friendly_errors: "",
  };
  for (const { name, initial } of NUMBER_FIELDS) values[name] = String(initial);
  for (const { name } of [TITLE, ...VISIBLE_TEXTS, ...HIDDEN_TEXTS]) values[name] = "";
  return values;
}

/** What can be told before asking the server, by field. Its own findings come in the same form. */
export function wrongFields(values: LinkValues): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const { name, min, max } of NUMBER_FIELDS) {
    const value = values[name]?.trim() ?? "";
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      wrong[name] = `must be a whole number from ${min} to ${format(max)}`;
  }
  if (values.expiry === "at" && Number.isNaN(Date.parse(values.expires_at ?? "")))
    wrong.expires_at = "must be a date and time";
  const sites = sitesOf(values);
  if (sites.length > MAX_SITES) wrong.allowed_domains = `must be at most ${MAX_SITES} sites`;
  else if (!sites.every((site) => SITE.test(site))) wrong.allowed_domains = "must be sites such as https://example.com";
  return wrong;
}

/** The request body; what is empty is left out, so that the server's defaults hold. Call it with right fields only. */
export function linkBody(values: LinkValues): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { name } of [TITLE, ...VISIBLE_TEXTS, ...HIDDEN_TEXTS]) {
    const value = values[name]?.trim();
    if (value) body[name] = value;
  }
  for (const { name } of NUMBER_FIELDS) body[name] = Number(values[name]);
  if (values.expiry === "at") body.expires_at = new Date(values.expires_at ?? "").toISOString();
  else if (values.expiry) body.expires_in_hours = Number(values.expiry);
  if (values.agent_version && values.agent_version !== "active") body.agent_version = Number(values.agent_version);
  const sites = sitesOf(values);
  if (sites.length > 0) body.allowed_domains = sites;
  if (values.friendly_errors === "yes") body.friendly_errors = true;
  return body;
}

const sitesOf = (values: LinkValues): string[] =>
  (values.allowed_domains ?? "").split(/[\s,]+/).filter((site) => site !== "");

export const format = (number: number): string => number.toLocaleString("en");
