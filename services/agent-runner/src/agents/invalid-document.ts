import { AppError } from "@parley/contracts";
import type { Issue } from "@parley/workflow";

/** The JSON pointer of an issue in a document, as field errors give it. */
export const pointerOf = (path: Issue["path"]): string =>
  `/document${path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;

const told = (issue: Issue) => ({ pointer: pointerOf(issue.path), rule: issue.code, ...issue });

/**
 * The refusal of a document: `errors` are the reasons, `warnings` further findings, both as field errors;
 * `issues` are all of them as the validation reported them.
 */
export function invalidDocument(issues: Issue[]): AppError {
  const errors = issues.filter(({ severity }) => severity === "error").map(told);
  const warnings = issues.filter(({ severity }) => severity === "warning").map(told);
  return new AppError("invalid_document", { errors, extra: { warnings, issues } });
}
