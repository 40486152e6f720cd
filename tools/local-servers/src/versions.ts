/** The oldest releases the product is tested with; older ones miss features it relies on. */
export const minimumVersions = {
  postgres: "15",
  nats: "2.9.10",
  redis: "6.2",
  valkey: "7.2",
  keydb: "6.2",
} as const;

/** The first version number in a text such as "postgres (PostgreSQL) 15.14 (Debian 15.14-0)", or null. */
export function versionIn(text: string): string | null {
  return /\d+(?:\.\d+)+|\d+(?=\D|$)/.exec(text)?.[0] ?? null;
}

/** Compares dotted numbers part by part; missing parts count as zero. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split(".").map(Number);
  const want = minimum.split(".").map(Number);
  for (let i = 0; i < want.length; i += 1) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
