import { type Json, list, record, text } from "@parley/web-kit";
import type { Issue } from "./answers.js";

interface FieldProblem {
  /** First member of the body that the pointer leads to; empty = the request as a whole. */
  field: string;
  /** The same with the members below it, list indexes left out: `/budget/max_cost` → `budget.max_cost`. */
  path: string;
  message: string;
}

/** A refusal (RFC 9457), or no answer at all: then the status is 0 and it is unknown whether the server saw the request. */
export interface Problem {
  type: "problem";
  status: number;
  code: string;
  detail: string;
  fields: FieldProblem[];
  issues: Issue[];
  requestId: string | null;
  /** The whole document: some codes have more members. */
  body: Json;
}

export const UNREACHABLE: Problem = {
  type: "problem",
  status: 0,
  code: "unreachable",
  detail: "The server did not answer. Check the connection and try again.",
  fields: [],
  issues: [],
  requestId: null,
  body: {},
};

/** Parses a problem document; anything else (a proxy's page) becomes a generic sentence. */
export function readProblem(status: number, body: unknown, requestIdHeader: string | null): Problem {
  const from = record(body);
  return {
    type: "problem",
    status,
    code: text(from.code) || "unknown",
    detail: text(from.detail) || `The server answered with status ${status}.`,
    fields: list(from.errors).map(readField),
    issues: list(from.issues).map(readIssue),
    requestId: text(from.request_id) ?? requestIdHeader,
    body: from,
  };
}

function readField(value: unknown): FieldProblem {
  const from = record(value);
  const pointer = text(from.pointer) ?? "";
  const field = pointer.startsWith("/") ? (pointer.split("/")[1] ?? "") : pointer;
  const path = pointer
    .split("/")
    .filter((part) => part !== "" && !/^\d+$/.test(part))
    .join(".");
  return { field, path, message: text(from.message) ?? "" };
}

function readIssue(value: unknown): Issue {
  const from = record(value);
  const path = list(from.path).filter((part) => typeof part === "string" || typeof part === "number");
  return {
    path,
    code: text(from.code) ?? "",
    message: text(from.message) ?? "",
    severity: from.severity === "warning" ? "warning" : "error",
  };
}
