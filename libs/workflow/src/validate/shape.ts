import { agentDocument, sentenceOfIssue } from "@parley/contracts";
import type { Issue } from "./issue.js";

/** Provider settings that older documents kept at the root, beside the workflow, instead of in `workflow.llm`. */
const ROOT_PROVIDER_FIELDS = new Set([
  "llm",
  "llm_provider",
  "max_tokens",
  "model",
  "model_name",
  "provider",
  "provider_id",
  "service_tier",
  "stt",
  "stt_provider",
  "temperature",
  "tts",
  "tts_provider",
]);

/** Fields and node types of older documents, and their current replacements. */
const DATA_COLLECTION = "data_collection is no longer read; use a retrieve_variable node with variables to extract";
const REPLACED = new Map([
  ["data_collection", DATA_COLLECTION],
  ["skip_response", "skip_response is no longer read; use proactive"],
]);

type Path = Issue["path"];

/** Fields, types and ranges of the document against its schema. */
export function checkShape(input: unknown): Issue[] {
  const parsed = agentDocument.safeParse(input, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap(toIssues);
}

type ShapeIssue = NonNullable<ReturnType<typeof agentDocument.safeParse>["error"]>["issues"][number];

function toIssues(issue: ShapeIssue): Issue[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(path, key));
  return [{ path, code: codeOf(issue), message: sentenceOf(issue), severity: "error" }];
}

function unknownField(path: Path, key: string): Issue {
  const isRoot = path.length === 0 || (path.length === 1 && (path[0] === "workflow" || path[0] === "agent"));
  const replaced = REPLACED.get(key);
  const deprecated = replaced !== undefined || (isRoot && ROOT_PROVIDER_FIELDS.has(key));
  const message = replaced ?? "provider settings belong into workflow.llm";
  return deprecated
    ? { path: [...path, key], code: "deprecated_field", message, severity: "error" }
    : { path: [...path, key], code: "unknown_field", message: "unknown field", severity: "error" };
}

function codeOf(issue: ShapeIssue): string {
  switch (issue.code) {
    case "too_small":
    case "too_big":
      return "out_of_range";
    case "invalid_type":
      if (issue.input === undefined) return "missing_field";
      return issue.expected === "int" ? "out_of_range" : "invalid_type";
    case "invalid_union":
      return issue.path.at(-1) === "type" ? "unknown_node_type" : "invalid_type";
    case "invalid_value":
      return issue.input === undefined ? "missing_field" : "invalid_value";
    case "invalid_format":
      return "bad_name";
    default:
      return "invalid_value";
  }
}

/** The schema's message only states expectations; it never repeats the author's text. */
function sentenceOf(issue: ShapeIssue): string {
  switch (codeOf(issue)) {
    case "missing_field":
      return "this field is required";
    case "unknown_node_type":
      return isDataCollection(issue.input) ? DATA_COLLECTION : "unknown node type";
    case "bad_name":
      return "a name begins with a letter or _ and has letters, digits, _ . - only (100 at most)";
    default:
      return sentenceOfIssue(issue);
  }
}

const isDataCollection = (node: unknown): boolean =>
  typeof node === "object" && node !== null && "type" in node && node.type === "data_collection";
