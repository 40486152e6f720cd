/** Small readers for JSON of unknown shape: a wrong or missing field becomes a default, never an exception. */
export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

export function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Like `text`, but blank counts as missing and the length is limited. */
export function label(value: unknown, maxLength: number): string | null {
  const trimmed = text(value)?.trim().slice(0, maxLength);
  return trimmed ? trimmed : null;
}

export function integer(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts in a list; everything else in it is left out. */
export function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === "string");
}
