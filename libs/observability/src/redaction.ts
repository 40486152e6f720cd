/** Field names whose value is secret or personal, on the first two levels of a log object. */
const SECRET_FIELDS = [
  "authorization",
  "body",
  "content",
  "cookie",
  "email",
  "password",
  "secret",
  "session_token",
  "sessionToken",
  "signature",
  "text",
  "token",
];

export const redactPaths = [
  ...SECRET_FIELDS,
  ...SECRET_FIELDS.map((field) => `*.${field}`),
  'headers["x-signature"]',
  'headers["set-cookie"]',
  "*.headers.authorization",
  "*.headers.cookie",
  '*.headers["x-signature"]',
];

// The second alternative lets a secret after an escaped line break count as the start of a word; without it `\nps_…` would
// pass, because the `n` of the escape looks like a letter before the prefix.
const SECRET_VALUE = /(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt]))(pl_|ps_|ak_|whsec_|sk-)[A-Za-z0-9_+/=-]{8,}/g;

/** Replaces every secret of ours (and provider keys) in a finished line; the prefix stays, so that its kind can be seen. */
export function redactValues(line: string): string {
  return line.replace(SECRET_VALUE, "$1[redacted]");
}
