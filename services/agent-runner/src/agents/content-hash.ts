import { createHash } from "node:crypto";

/** Sorts the keys of every object, so that equal documents have equal bytes. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** SHA-256 of the canonical JSON of a document, in hex: independent of the order of keys. */
export function contentHash(document: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(document)))
    .digest("hex");
}
