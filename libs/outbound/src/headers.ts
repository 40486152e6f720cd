import { RESERVED_HEADERS } from "@parley/contracts";

const RESERVED = new Set(["accept-encoding", ...RESERVED_HEADERS]);

/** What another origin may see after a redirect: any other header could be a secret for the first one. */
const HARMLESS = new Set(["accept", "accept-language", "content-type", "idempotency-key", "user-agent"]);

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\u0020-\u007E\u00A0-\u00FF]*$/;
const MAX_BYTES = 16_000;

/** Lower-case names, or null when one cannot be sent: a line break, a reserved name, too much in all. */
export function checkedHeaders(given: Readonly<Record<string, string>>): Record<string, string> | null {
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!NAME.test(name) || !VALUE.test(value) || RESERVED.has(lower)) return null;
    bytes += name.length + value.length;
    headers[lower] = value;
  }
  return bytes > MAX_BYTES ? null : headers;
}

export function harmlessOnly(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
}

/** The answer's headers with one text each. */
export function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
