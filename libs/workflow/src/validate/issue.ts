import type { AgentDocument } from "@parley/contracts";

/** One finding of the validation; `path` leads from the document's root to the field. */
export interface Issue {
  path: (string | number)[];
  code: string;
  message: string;
  severity: "error" | "warning";
}

export interface ValidationResult {
  /** True when there is no issue of severity `error`. */
  valid: boolean;
  /** The document exactly as given; present only when valid. */
  document?: AgentDocument;
  issues: Issue[];
}
