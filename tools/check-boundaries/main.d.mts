export interface Finding {
  /** Relative to the root that was checked. */
  file: string;
  line: number;
  rule: "deep" | "graph" | "length" | "name" | "purity" | "relative" | "self" | "service" | "unlisted" | "vendor";
  message: string;
}

/** Checks every package under `libs` and `services` of a repository. */
export function checkBoundaries(root: string): { violations: Finding[]; notes: Finding[] };
