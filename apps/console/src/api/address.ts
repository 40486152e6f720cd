/** A part of a path or a query, safe to put between slashes. */
export const part = encodeURIComponent;

/** `?a=b`, or nothing; empty values are left out. */
export function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}=${part(value)}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
}
