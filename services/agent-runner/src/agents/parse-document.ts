import { AppError } from "@parley/contracts";
import { parse, YAMLParseError } from "yaml";

/** Documents are small; a larger text is a mistake or an attack on the YAML parser. */
const MAX_TEXT_LENGTH = 1_048_576;
/** How often aliases may expand: far above hand-written documents, far below a "billion laughs". */
const MAX_ALIASES = 100;

/**
 * A document as a value. A string is read as JSON or else as YAML; anything else is taken as it is.
 * Throws `invalid_document` when the text is no YAML.
 */
export function parseDocument(document: unknown): unknown {
  if (typeof document !== "string") return document;
  if (document.length > MAX_TEXT_LENGTH) throw unreadable("is too large");
  const json = asJson(document);
  if (json !== undefined) return json;
  try {
    // The core schema knows no dates or binary values: what comes out is plain JSON.
    const value: unknown = parse(document, { schema: "core", maxAliasCount: MAX_ALIASES });
    return value;
  } catch (cause) {
    throw unreadable(`is neither JSON nor YAML${placeOf(cause)}`, cause);
  }
}

/** Where, never what stands there: the answer may be logged by its reader. */
function placeOf(cause: unknown): string {
  const [at] = cause instanceof YAMLParseError ? (cause.linePos ?? []) : [];
  return at === undefined ? "" : `: line ${at.line}, column ${at.col}`;
}

/** YAML reads nearly all JSON, but not tabs as indentation, and much slower. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreadable = (message: string, cause?: unknown): AppError =>
  new AppError("invalid_document", { cause, errors: [{ pointer: "/document", rule: "yaml", message }] });
