import type { Issue } from "./validate/issue.js";

/**
 * An error of the caller: a document that does not validate (`invalid_workflow`, with its issues), an event while a call is pending, or an
 * unexpected call result (`out_of_order`).
 */
export class WorkflowError extends Error {
  readonly code: "invalid_workflow" | "out_of_order";
  readonly issues: readonly Issue[];

  constructor(code: WorkflowError["code"], message: string, issues: readonly Issue[] = []) {
    super(message);
    this.name = "WorkflowError";
    this.code = code;
    this.issues = issues;
  }
}
