import type { CarriedSecret } from "./types.js";

/** What stands in an answer in the place of a secret. */
const MASK = "••••";

/** An answer that repeats what it was asked with must not carry a secret into traces, variables and logs. */
export function maskBody(body: Buffer, secrets: readonly CarriedSecret[]): Buffer {
  if (secrets.length === 0) return body;
  const text = body.toString("utf8");
  const masked = masker(secrets)(text);
  // Bytes that are no text stay as they came, unless something had to go.
  return masked === text ? body : Buffer.from(masked);
}

export function maskHeaders(
  headers: Readonly<Record<string, string>>,
  secrets: readonly CarriedSecret[],
): Record<string, string> {
  const mask = masker(secrets);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(value)]));
}

function masker(secrets: readonly CarriedSecret[]): (text: string) => string {
  // The longest first: one spelling may be the beginning of another.
  const spellings = [...new Set(secrets.flatMap(({ value }) => spellingsOf(value)))].sort(
    (a, b) => b.length - a.length,
  );
  return (text) => spellings.reduce((rest, spelling) => rest.replaceAll(spelling, MASK), text);
}

/** How servers write a value back: as it is, in an address or a form, in JSON, in markup, in Base64. */
function spellingsOf(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  const json = JSON.stringify(value).slice(1, -1);
  const markup = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return [
    value,
    ...[encoded, encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    new URLSearchParams([["", value]]).toString().slice(1),
    ...[json, json.replaceAll("/", "\\/")],
    ...[markup, markup.replaceAll('"', "&quot;"), markup.replaceAll('"', "&quot;").replaceAll("'", "&#39;")],
    Buffer.from(value).toString("base64").replace(/=+$/, ""),
    Buffer.from(value).toString("base64url"),
  ];
}
