import { once } from "node:events";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { CliError, EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { type ExportPage, exportIntoStore } from "./export-into-store.js";

export const EXPORT_KINDS = ["sessions", "messages", "ratings", "notes", "reviews", "traces"] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

interface ExportOptions extends Globals {
  format: "jsonl" | "csv";
  output?: string;
  partPages: number;
  agentId?: string;
  link?: string;
  from?: string;
  to?: string;
}

/** Progress of an export into a file: the request, the valid bytes, and where to continue. */
interface Progress {
  asked: string;
  bytes: number;
  after: string;
}

/**
 * All records of a kind, page by page, so that a million of them need no more memory than a thousand. Into a file it continues where it was
 * interrupted, for whatever reason: `FILE.progress` says how much of the file is valid. Read-only; the audit records it.
 */
export async function exportRecords(io: Io, kind: ExportKind, options: ExportOptions): Promise<number> {
  const { format, output, agentId: agent_id, link: link_id, from, to } = options;
  const transport = ownerTransport(io, options);
  const query = { format, agent_id, link_id, from, to };
  const page = (after: string | undefined): Promise<ExportPage> =>
    transport.open(
      { method: "GET", path: `/api/exports/${kind}`, query: { ...query, after }, signal: io.signal },
      async (response) => ({
        bytes: new Uint8Array(await response.arrayBuffer()),
        next: response.headers.get("x-next-after"),
      }),
    );
  if (output === undefined) {
    for (let after: string | null | undefined; after !== null; ) {
      const { bytes, next } = await page(after);
      // Waits for a slow reader of a pipe.
      if (!io.stdout.write(bytes)) await once(io.stdout, "drain");
      after = next;
    }
    return EXIT.ok;
  }
  const asked = JSON.stringify({ kind, ...query });
  if (output.startsWith("s3://")) {
    const parts = await exportIntoStore(io, output, { asked, format, partPages: options.partPages, page });
    if (options.json) printJson(io, { kind, format, output, parts });
    else printLine(io, `${output}: ${parts} ${parts === 1 ? "part" : "parts"}`);
    return EXIT.ok;
  }
  const records = await intoFile(output, asked, page);
  if (options.json) printJson(io, { kind, format, file: output, lines: records });
  else printLine(io, `${output}: ${records} lines`);
  return EXIT.ok;
}

async function intoFile(
  output: string,
  asked: string,
  page: (after: string | undefined) => Promise<ExportPage>,
): Promise<number> {
  const notes = `${output}.progress`;
  const begun = await progressOf(notes);
  if (begun !== null && begun.asked !== asked)
    throw new CliError("other_export", `${notes} is of another export; remove it to begin anew.`);
  const file = await open(output, begun === null ? "w" : "r+", 0o600).catch((cause: unknown) => {
    throw new CliError("not_written", `${output} cannot be written.`, EXIT.failure, { cause });
  });
  try {
    let { bytes: size, after }: { bytes: number; after: string | null | undefined } = begun ?? {
      bytes: 0,
      after: undefined,
    };
    // Bytes written after the last progress record may be half a page.
    await file.truncate(size);
    while (after !== null) {
      const { bytes, next } = await page(after);
      await file.write(bytes, 0, bytes.length, size);
      size += bytes.length;
      after = next;
      // The page is on the disk before the progress record says so.
      await file.sync();
      if (after !== null) await note(notes, { asked, bytes: size, after });
    }
  } finally {
    await file.close();
  }
  await rm(notes, { force: true });
  return countLines(output);
}

/** Written to a temporary file and renamed, so that readers see the old or the new one. */
async function note(path: string, progress: Progress): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(progress), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Null = there is none. Throws when another kind of file has that name. */
async function progressOf(path: string): Promise<Progress | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const { asked, bytes, after } = JSON.parse(text) as Partial<Progress>;
    if (typeof asked === "string" && typeof bytes === "number" && typeof after === "string")
      return { asked, bytes, after };
  } catch {
    // Not ours: reported below.
  }
  throw new CliError("other_export", `${path} is no note of an export; remove it to begin anew.`);
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path)) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  return lines;
}
