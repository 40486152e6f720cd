import { AppError } from "@parley/contracts";
import { extensionOf, withExtension } from "./file-name.js";

export interface JudgedFile {
  name: string;
  mediaType: string;
  /** Text: every byte must be UTF-8 without NUL. */
  isText: boolean;
}

/** Types without a signature, recognised by the extension; the content must be text. */
const TEXT_TYPES: Record<string, string> = {
  txt: "text/plain",
  text: "text/plain",
  log: "text/plain",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  md: "text/markdown",
  markdown: "text/markdown",
  json: "application/json",
  yaml: "application/yaml",
  yml: "application/yaml",
  css: "text/css",
  html: "text/html",
  htm: "text/html",
  svg: "image/svg+xml",
  xml: "application/xml",
  js: "text/javascript",
  mjs: "text/javascript",
  sh: "application/x-sh",
};
/** Media types that senders claim for such files besides the exact one. */
const LOOSE_CLAIMS = new Set(["", "application/octet-stream", "text/plain"]);
const OTHER_CLAIMS: Record<string, readonly string[]> = {
  "text/csv": ["application/vnd.ms-excel", "application/csv"],
  "text/markdown": ["text/x-markdown"],
  "application/xml": ["text/xml"],
  "text/javascript": ["application/javascript"],
  "application/yaml": ["text/yaml", "application/x-yaml"],
};
const PLAIN_FAMILY = new Set([
  "text/plain",
  "text/csv",
  "text/markdown",
  "text/tab-separated-values",
  "application/json",
]);

/** Types that can execute or hide something: never matched by a wildcard, only by their exact name in the list. */
const RISKY =
  /svg|html|xml$|javascript|ecmascript|x-sh$|css|msdownload|executable|x-elf|mach-binary|x-msi|x-ms-shortcut|wasm|java|zip|compress|x-tar|x-rar|x-7z|bzip|x-xz|zstd|lz|x-arj|x-cpio|x-unix-archive|x-deb|x-rpm|vnd\.ms-cab|x-apple-diskimage|x-iso|dalvik|x-shockwave|x-lua|x-python|x-cfb|macro/;
const DOCUMENTS = /^application\/vnd\.(openxmlformats-officedocument|oasis\.opendocument)\./;
const ACTIVE_CONTENT = /<(!doctype|html|head|body|script|svg|iframe|object|embed|\?php)|^\s*#!/i;
const LOOKED_AT = 4_096;

/**
 * The type of a file, by its first bytes; the claim only chooses between kinds of text. Throws `unsupported_media_type` when the
 * link does not list it, when text and claim disagree, and for pictures that start with a script.
 */
export async function judgeFile(
  head: Buffer,
  claim: { name: string; mediaType: string },
  listed: readonly string[],
): Promise<JudgedFile> {
  const { fileTypeFromBuffer } = await import("file-type");
  const detected = await fileTypeFromBuffer(head);
  const judged =
    detected === undefined || detected.mime === "application/xml"
      ? judgeText(head, claim, listed)
      : judgeBinary(head, claim.name, detected);
  if (!isListed(judged.mediaType, listed)) throw refused(`not listed: ${judged.mediaType}`);
  return judged;
}

function judgeBinary(head: Buffer, name: string, { mime, ext }: { mime: string; ext: string }): JudgedFile {
  const mediaType = mime.split(";")[0] ?? mime;
  const start = head.subarray(0, LOOKED_AT).toString("latin1");
  const isMedia = /^(image|audio|video)\//.test(mediaType);
  // A signature followed by markup or by a comment that swallows the rest is a script disguised as a picture.
  if (isMedia && (ACTIVE_CONTENT.test(start) || /^(GIF8[79]a|BM)(\/\*|=|\/\/)/.test(start))) throw refused("polyglot");
  const sound = sameKind(extensionOf(name), ext) ? name : withExtension(name, ext);
  return { name: sound, mediaType, isText: false };
}

/** Extensions of the same type. */
const ALIASES = [
  ["jpg", "jpeg", "jpe", "jfif"],
  ["tif", "tiff"],
  ["mp4", "m4v", "m4a", "mov"],
  ["ogg", "oga", "ogv", "opus"],
  ["heic", "heif"],
];
const sameKind = (a: string, b: string): boolean =>
  a === b || ALIASES.some((names) => names.includes(a) && names.includes(b));

function judgeText(head: Buffer, claim: { name: string; mediaType: string }, listed: readonly string[]): JudgedFile {
  const claimed = (claim.mediaType.split(";")[0] ?? "").trim().toLowerCase();
  const extension = extensionOf(claim.name);
  const byName = TEXT_TYPES[extension];
  const mediaType = byName ?? (extension === "" && PLAIN_FAMILY.has(claimed) ? claimed : null);
  if (mediaType === null) throw refused("unknown type");
  const agrees = claimed === mediaType || LOOSE_CLAIMS.has(claimed) || OTHER_CLAIMS[mediaType]?.includes(claimed);
  if (!agrees) throw refused("claim and name disagree");
  const start = head
    .subarray(0, LOOKED_AT)
    .toString("utf8")
    .replace(/^\uFEFF?\s*/, "")
    .slice(0, 256);
  const begins = start.match(ACTIVE_CONTENT)?.index === 0 || /^<\?xml/i.test(start);
  // A type listed by its exact name may begin with anything: the list allows it explicitly.
  if (begins && !(RISKY.test(mediaType) && listed.includes(mediaType))) throw refused("active content");
  return { name: claim.name, mediaType, isText: true };
}

/** True when the list names the type, or a wildcard covers it and it is harmless. */
export function isListed(mediaType: string, listed: readonly string[]): boolean {
  if (listed.includes(mediaType)) return true;
  if (RISKY.test(mediaType) && !DOCUMENTS.test(mediaType)) return false;
  // Listing text/plain allows all kinds of plain text.
  if (PLAIN_FAMILY.has(mediaType) && listed.includes("text/plain")) return true;
  return listed.includes(`${mediaType.split("/")[0]}/*`);
}

const refused = (internal: string): AppError => new AppError("unsupported_media_type", { internal });

/** Checks that the content is text throughout: throws `unsupported_media_type` at the first byte that is not UTF-8, or at NUL. */
export function createTextCheck(): { feed(bytes: Buffer): void; end(): void } {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (bytes: Buffer | undefined): void => {
    try {
      if (bytes === undefined) decoder.decode();
      else decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new AppError("unsupported_media_type", { cause, internal: "not UTF-8" });
    }
  };
  return {
    feed(bytes) {
      if (bytes.includes(0)) throw refused("NUL in text");
      decode(bytes);
    },
    end: () => decode(undefined),
  };
}
