import { AppError, type KnowledgeMediaType } from "@parley/contracts";
import { cleanFileName } from "./file-name.js";
import { createTextCheck, judgeFile } from "./file-type.js";

/** A form has one file and a few fields; parsing a part costs more than its bytes. */
const MAX_PARTS = 10;
/** Media types of documents. */
export const KNOWLEDGE_TYPES = ["text/markdown", "text/plain", "text/html", "application/pdf"] as const;
const TEXT_TYPES: readonly string[] = KNOWLEDGE_TYPES.filter((type) => type !== "application/pdf");
const FIELDS: readonly string[] = ["name", "media_type", "language"];

/**
 * A document sent as a form: one part `file`, and the fields of the JSON body beside it. Returns the equivalent JSON body, not yet
 * validated. The type is detected from the bytes; `name` is the file's unless one is given. Throws `malformed_request`,
 * `unsupported_media_type`, `validation_failed`.
 */
export async function readKnowledgeForm(body: Buffer, contentType: string): Promise<Record<string, string>> {
  const form = await parseForm(body, contentType);
  const file = form.get("file");
  const fields: Record<string, string> = {};
  for (const [key, value] of form) {
    if (key === "file" && typeof value !== "string") continue;
    if (!FIELDS.includes(key) || typeof value !== "string") throw invalid(key, "is not a field of this form");
    fields[key] = value;
  }
  if (file === null || typeof file === "string" || form.getAll("file").length > 1)
    throw invalid("file", "must be one file");
  const content = Buffer.from(await file.arrayBuffer());
  if (content.length === 0) throw invalid("file", "must not be empty");
  const name = cleanFileName(file.name);
  const mediaType = await typeOf(content, { name, mediaType: file.type }, fields.media_type);
  return { name, ...fields, media_type: mediaType, content: content.toString("base64"), encoding: "base64" };
}

/** Parses a small form. Throws `malformed_request`. */
export async function parseForm(body: Buffer, contentType: string): Promise<FormData> {
  const boundary = /boundary=(?:"([^"]{1,70})"|([^\s";,]{1,70}))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined || partsOf(body, mark) > MAX_PARTS) throw new AppError("malformed_request");
  try {
    return await new Response(body, { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new AppError("malformed_request", { cause, internal: "not a form" });
  }
}

function partsOf(body: Buffer, mark: string): number {
  let parts = 0;
  for (
    let at = body.indexOf(`--${mark}`);
    at >= 0 && parts <= MAX_PARTS;
    at = body.indexOf(`--${mark}`, at + mark.length)
  )
    parts += 1;
  return parts;
}

/** The type of the bytes; among kinds of text the field decides, then the name. */
async function typeOf(
  content: Buffer,
  claim: { name: string; mediaType: string },
  wanted: string | undefined,
): Promise<string> {
  const { mediaType, isText } = await judgeFile(content, claim, KNOWLEDGE_TYPES);
  if (!isText) {
    if (wanted !== undefined && wanted !== mediaType) throw invalid("media_type", `the file is ${mediaType}`);
    return mediaType;
  }
  const check = createTextCheck();
  check.feed(content);
  check.end();
  if (wanted !== undefined && !TEXT_TYPES.includes(wanted)) throw invalid("media_type", "the file is text");
  // Tables, logs and JSON are read as plain text.
  const known = KNOWLEDGE_TYPES.find((type) => type === mediaType);
  return wanted ?? known ?? ("text/plain" satisfies KnowledgeMediaType);
}

const invalid = (field: string, message: string): AppError =>
  new AppError("validation_failed", { errors: [{ pointer: `/${field.slice(0, 100)}`, rule: "form", message }] });
