export interface Finding {
  /** Relative to the root that was checked. */
  file: string;
  line: number;
  rule:
    | "deep"
    | "graph"
    | "length"
    | "name"
    | "purity"
    | "relative"
    | "self"
    | "service"
    | "unlisted"
    | "unused"
    | "vendor";
  message: string;
}

/** Checks every package under `apps`, `libs`, `services` and `tools` of a repository; returns what breaks a rule. */
export function checkBoundaries(root: string): Finding[];
