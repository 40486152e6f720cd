/** Control characters, bidirectional controls, invisible separators and Unicode tags: a name must look like what it is. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]|[\u{E0000}-\u{E007F}]/gu;
const RESERVED = /[<>:"|?*]/g;
const MAX_LENGTH = 200;

/** A name as it is stored and shown: the last part of a path, without hidden or reserved characters, at most 200 code points. */
export function cleanFileName(given: string): string {
  // Browsers escape these three characters this way in forms, and no others.
  const written = given.replace(/%(22|0D|0A)/gi, "_");
  const last = written.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
  const shown = last.replace(HIDDEN, "").replace(RESERVED, "_").replace(/\s+/gu, " ").trim();
  const name = shown.replace(/^\.+/, "").replace(/[. ]+$/, "");
  return shortened(name === "" ? "file" : name);
}

/** The extension of a name in lower case, without the dot; empty without one. */
export function extensionOf(name: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** Appends an extension to a name, within the length limit. */
export const withExtension = (name: string, extension: string): string =>
  `${shortened(name, MAX_LENGTH - extension.length - 1)}.${extension}`;

function shortened(name: string, length = MAX_LENGTH): string {
  const points = [...name];
  if (points.length <= length) return name;
  const extension = extensionOf(name);
  const tail = extension === "" ? "" : `.${extension}`;
  return points.slice(0, length - tail.length).join("") + tail;
}

/** Content-Disposition of a download: RFC 6266, with a plain fallback for old clients. */
export function attachmentHeader(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._ -]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
