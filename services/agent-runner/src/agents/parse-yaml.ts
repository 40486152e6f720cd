import { AppError } from "@parley/contracts";
import { parse, YAMLParseError } from "yaml";

/** How often aliases may expand: far above hand-written documents, far below a "billion laughs". */
const MAX_ALIASES = 100;

/** YAML as plain JSON: the core schema knows no dates or binary values. Throws `invalid_document`. */
export function parseYaml(text: string): unknown {
  try {
    const value: unknown = parse(text, { schema: "core", maxAliasCount: MAX_ALIASES });
    return value;
  } catch (cause) {
    const message = `is neither JSON nor YAML${placeOf(cause)}`;
    throw new AppError("invalid_document", { cause, errors: [{ pointer: "/document", rule: "yaml", message }] });
  }
}

/** The place of the error, never its content: the message may be logged. */
function placeOf(cause: unknown): string {
  const [at] = cause instanceof YAMLParseError ? (cause.linePos ?? []) : [];
  return at === undefined ? "" : `: line ${at.line}, column ${at.col}`;
}
