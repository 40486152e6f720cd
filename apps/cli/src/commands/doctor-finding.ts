/** What one check of `parley doctor` found. */
export interface Finding {
  check: string;
  state: "ok" | "warning" | "failed" | "skipped";
  detail: string;
}
