import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import { usageError } from "../io.js";

/** The media type by file extension; other files are not documents. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".md": "text/markdown",
  ".markdown": "text/markdown",
  ".txt": "text/plain",
  ".html": "text/html",
  ".htm": "text/html",
  ".pdf": "application/pdf",
};

export interface KnowledgeFile {
  path: string;
  /** Name of the document: its path below the given folder, else the name of the file. */
  name: string;
  mediaType: string;
}

/** All files given by files, folders (all documents below them) and patterns, sorted, each once. Throws a usage error for a missing one. */
export async function findKnowledgeFiles(given: readonly string[]): Promise<KnowledgeFile[]> {
  const found = new Map<string, KnowledgeFile>();
  for (const path of given) {
    for (const file of await filesOf(path)) if (!found.has(file.path)) found.set(file.path, file);
  }
  const files = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = files.find(({ name }, index) => files[index + 1]?.name === name);
  // One name is one document: the second would silently replace the first.
  if (twice !== undefined)
    throw usageError(`Two files would both be the document ${twice.name}; add them by their folder.`);
  return files;
}

async function filesOf(path: string): Promise<KnowledgeFile[]> {
  const entry = await stat(path).catch(() => undefined);
  if (entry?.isDirectory()) return inside(path, () => true);
  if (entry !== undefined) {
    const mediaType = MEDIA_TYPES[extname(path).toLowerCase()];
    if (mediaType === undefined) throw usageError(`${path} is none of ${Object.keys(MEDIA_TYPES).join(", ")}.`);
    return [{ path, name: basename(path), mediaType }];
  }
  if (!/[*?]/.test(path)) throw usageError(`There is no file ${path}.`);
  // A pattern that the shell did not expand, or that was quoted.
  const parts = path.split("/");
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => /[*?]/.test(part)),
  );
  const folder = fixed.length === 0 ? "." : fixed.join("/") || "/";
  const pattern = patternOf(parts.slice(fixed.length).join("/"));
  const files = await inside(folder, (name) => pattern.test(name)).catch(() => []);
  if (files.length === 0) throw usageError(`Nothing fits ${path}.`);
  return files;
}

async function inside(folder: string, fits: (name: string) => boolean): Promise<KnowledgeFile[]> {
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    const mediaType = MEDIA_TYPES[extname(name).toLowerCase()];
    // Hidden folders hold internal files of tools.
    const hidden = name.split("/").some((part) => part.startsWith("."));
    return entry.isFile() && mediaType !== undefined && !hidden && fits(name) ? [{ path, name, mediaType }] : [];
  });
}

/** `*` and `?` match within a folder, `**` across folders. */
function patternOf(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}$`, "u");
}
