import { AppError } from "@parley/contracts";
import type { UntrustedReader } from "@parley/runtime";
import { parseYaml } from "./parse-yaml.js";

/** Documents are small; a larger text is a mistake or an attack on the YAML parser. */
const MAX_TEXT_LENGTH = 1_048_576;
/**
 * Shorter YAML is parsed in this process: at most 0.1 s, whatever its content. The time grows quadratically with the length: a megabyte
 * of keys takes minutes.
 */
const MAX_LENGTH_HERE = 16_384;

/**
 * A document as a value. A string is parsed as JSON, else as YAML; anything else is returned as it is.
 * Throws `invalid_document` when the text is not YAML, else as `UntrustedReader.read`.
 */
export async function parseDocument(document: unknown, reader: UntrustedReader): Promise<unknown> {
  if (typeof document !== "string") return document;
  if (document.length > MAX_TEXT_LENGTH) {
    throw new AppError("invalid_document", {
      errors: [{ pointer: "/document", rule: "yaml", message: "is too large" }],
    });
  }
  const json = asJson(document);
  if (json !== undefined) return json;
  return document.length <= MAX_LENGTH_HERE ? parseYaml(document) : reader.read(Buffer.from(document));
}

/** The value of JSON, undefined for any other text. YAML reads nearly all JSON, but not tabs as indentation, and much slower. */
export function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
