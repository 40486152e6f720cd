import { list, record, text } from "@parley/web-kit";

/** The parts of a failed call that the kit needs, read from whatever was thrown: a problem document, or an error. */
export interface Refusal {
  /** 0 = the server did not answer. */
  status: number;
  detail: string;
  requestId: string | null;
  /** Path of a field in the body, by its members (`budget.max_cost`), and its error. */
  fields: { path: string; message: string }[];
}

const NO_ANSWER = "The server did not answer. Check the connection and try again.";

export function refusalOf(error: unknown): Refusal {
  const outer = record(error);
  const from = "problem" in outer ? record(outer.problem) : outer;
  const status = typeof from.status === "number" ? from.status : 0;
  const message = error instanceof Error && status !== 0 ? error.message : null;
  return {
    status,
    detail: text(from.detail) ?? message ?? NO_ANSWER,
    requestId: text(from.request_id) ?? text(from.requestId),
    fields: [...list(from.errors).map(byPointer), ...list(from.fields).map(byPath)],
  };
}

function byPointer(value: unknown): { path: string; message: string } {
  const from = record(value);
  const parts = (text(from.pointer) ?? "").split("/").filter((part) => part !== "");
  return { path: parts.map(unescapePart).join("."), message: text(from.message) ?? text(from.detail) ?? "" };
}

/** RFC 6901. */
const unescapePart = (part: string): string => part.replaceAll("~1", "/").replaceAll("~0", "~");

function byPath(value: unknown): { path: string; message: string } {
  const from = record(value);
  return { path: text(from.path) ?? text(from.field) ?? "", message: text(from.message) ?? "" };
}
