/** Field names whose value is secret or personal. */
const SECRET_NAMES = [
  "authorization",
  "body",
  "content",
  "cookie",
  "email",
  "password",
  "secret",
  "session_token",
  "sessionToken",
  "set-cookie",
  "signature",
  "text",
  "token",
  "x-signature",
];
const SECRET_FIELDS = new Set(SECRET_NAMES);
const LEVELS = 3;

/** The same names for pino, which applies them to what a child logger is bound to. */
export const boundPaths = SECRET_NAMES.map((name) => `["${name}"]`);

/**
 * Replaces the fields with a secret's name on the first three levels, such as `request.headers.cookie`; an object without any is
 * returned as it is. pino's own redaction takes 18 microseconds a line for the same names, this function less than one.
 */
export function redactFields(fields: Record<string, unknown>, levels = LEVELS): Record<string, unknown> {
  let clean = fields;
  for (const [name, value] of Object.entries(fields)) {
    const shown = SECRET_FIELDS.has(name) && value !== undefined ? "[redacted]" : redactBelow(value, levels - 1);
    if (shown === value) continue;
    if (clean === fields) clean = { ...fields };
    clean[name] = shown;
  }
  return clean;
}

const redactBelow = (value: unknown, levels: number): unknown =>
  levels > 0 && isObject(value) ? redactFields(value, levels) : value;

/** Errors are left to their serializer, which keeps no field but a few. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Error);

// The second alternative lets a secret after an escaped line break count as the start of a word; without it `\nps_…` would
// pass, because the `n` of the escape looks like a letter before the prefix.
const SECRET_VALUE = /(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt]))(pl_|ps_|pi_|pu_|ak_|whsec_|sk-)[A-Za-z0-9_+/=-]{8,}/g;

/** Without looking behind: finds more, and costs a fifteenth. */
const MAYBE_SECRET = /(?:pl_|ps_|pi_|pu_|ak_|whsec_|sk-)[A-Za-z0-9_+/=-]{8}/;

/** Replaces every secret of ours (and provider keys) in a finished line; the prefix stays, so that its kind can be seen. */
export function redactValues(line: string): string {
  return MAYBE_SECRET.test(line) ? line.replace(SECRET_VALUE, "$1[redacted]") : line;
}
