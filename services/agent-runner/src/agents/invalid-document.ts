import { AppError } from "@parley/contracts";
import type { Issue } from "@parley/workflow";

/** Where an issue is in a document, as field errors name it. */
export const pointerOf = (path: Issue["path"]): string =>
  `/document${path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;

const told = (issue: Issue) => ({ pointer: pointerOf(issue.path), rule: issue.code, ...issue });

/**
 * The refusal of a document: `errors` are what it is refused for, `warnings` what it would also be told of, both as field errors;
 * `issues` are all of them in the words of the validation.
 */
export function invalidDocument(issues: Issue[]): AppError {
  const errors = issues.filter(({ severity }) => severity === "error").map(told);
  const warnings = issues.filter(({ severity }) => severity === "warning").map(told);
  return new AppError("invalid_document", { errors, extra: { warnings, issues } });
}
