/** Deeper values are not stored: a database refuses them, and walking them would exhaust the stack. */
const MAX_DEPTH = 32;

/**
 * A value of an answer in a form that a session's state can store: without NUL and lone surrogates, which PostgreSQL refuses, and without
 * numbers that JSON cannot represent. Null when there is none, or when it is nested too deeply.
 */
export function storableValue(value: unknown): unknown {
  return isDeeperThan(value, MAX_DEPTH) ? null : clean(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  // Minus zero does not survive JSON either.
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), clean(item)]));
}

/** Text that PostgreSQL can store: NUL is dropped and a lone surrogate becomes U+FFFD; a model may write either. */
export const storableText = (text: string): string => text.replaceAll("\u0000", "").toWellFormed();
