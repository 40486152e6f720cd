import { AppError } from "@parley/contracts";
import type { Issue } from "@parley/workflow";

const pointerOf = (path: Issue["path"]): string =>
  `/document${path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;

/** The refusal of a document: every issue, both as a field error and in the words of the validation. */
export function invalidDocument(issues: Issue[]): AppError {
  const errors = issues.map((issue) => ({ pointer: pointerOf(issue.path), rule: issue.code, ...issue }));
  return new AppError("invalid_document", { errors, extra: { issues } });
}
