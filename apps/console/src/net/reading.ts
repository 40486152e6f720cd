/** Small readers for JSON of unknown shape: a wrong or missing field becomes a default, never an exception. */
export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const record = (value: unknown): Json => (isRecord(value) ? value : {});
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
export const count = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : 0);
export const countOrNull = (value: unknown): number | null => (Number.isSafeInteger(value) ? Number(value) : null);

export const numberOrNull = (value: unknown): number | null => (Number.isFinite(value) ? Number(value) : null);
export const texts = (value: unknown): string[] => list(value).filter((item) => typeof item === "string");

/** `value` when it is one of `choices`, else the first of them. */
export function oneOf<T extends string>(choices: readonly [T, ...T[]], value: unknown): T {
  return choices.find((choice) => choice === value) ?? choices[0];
}
