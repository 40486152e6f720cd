/** The oldest server the product runs on (Debian 12). */
const MINIMUM_VERSION = "2.9.10";

const FEATURES: { since: string; what: string }[] = [
  { since: MINIMUM_VERSION, what: `a supported server: ${MINIMUM_VERSION} or newer` },
  { since: "2.10.0", what: "stream metadata, subject transforms and several filters per consumer (2.10)" },
  { since: "2.10.23", what: "the storage fixes recommended for production (2.10.23)" },
  { since: "2.11.0", what: "message TTL and consumer pause (2.11)" },
];

/** Features that a server of this version lacks, oldest first, worded for an operator. */
export function missingFeatures(version: string): string[] {
  return FEATURES.filter(({ since }) => compareVersions(version, since) < 0).map(({ what }) => what);
}

/** Compares `major.minor.patch`; what follows (`-RC.1`) is ignored. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parts(left), parts(right)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parts(version: string): number[] {
  return version.split("-", 1).flatMap((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
}
