import { AppError } from "@parley/contracts";

const MAX_DEPTH = 32;
/** Fatal: bytes that are not UTF-8 are refused instead of being replaced. A byte order mark is no part of JSON. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes a body as UTF-8. Throws `malformed_request` when the bytes are not UTF-8.
 */
export function decodeText(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new AppError("malformed_request", { cause, internal: "body is not UTF-8" });
  }
}

/**
 * Parses a JSON body. Throws `malformed_json` for bad UTF-8, bad JSON, more than 32 levels or a `__proto__` key, and
 * `validation_failed` for text that no store can hold (NUL, half of a surrogate pair), naming the field, never the value.
 */
export function parseJsonBody(body: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(body));
  } catch (cause) {
    // The parser's message quotes the body, so the cause must not travel further than this frame.
    throw new AppError("malformed_json", { internal: cause instanceof Error ? cause.name : "not JSON" });
  }
  inspect(value, 1, "");
  return value;
}

function inspect(value: unknown, depth: number, pointer: string): void {
  if (typeof value === "string") inspectText(value, pointer);
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) throw new AppError("malformed_json", { internal: "too deep" });
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) inspect(value[index], depth + 1, `${pointer}/${index}`);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (key === "__proto__") throw new AppError("malformed_json", { internal: "__proto__ key" });
    inspectText(key, pointer);
    inspect(member, depth + 1, `${pointer}/${key}`);
  }
}

function inspectText(text: string, pointer: string): void {
  if (text.includes("\u0000")) throw refused(pointer, "no_nul", "must not contain NUL");
  if (!text.isWellFormed()) throw refused(pointer, "well_formed", "must be well-formed Unicode");
}

function refused(pointer: string, rule: string, message: string): AppError {
  return new AppError("validation_failed", { errors: [{ pointer, rule, message }] });
}
