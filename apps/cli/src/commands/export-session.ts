import { writeFile } from "node:fs/promises";
import { extname } from "node:path";
import { CliError, EXIT, type Io } from "../io.js";
import { safeText } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

export const TRANSCRIPT_FORMATS = ["txt", "json", "csv", "html"] as const;
type Format = (typeof TRANSCRIPT_FORMATS)[number];

interface ExportOptions extends Globals {
  format?: Format;
  output?: string;
}

/** Prints or writes the transcript. `--json` is `--format json`. Read-only. */
export async function exportSession(io: Io, id: string, options: ExportOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const format = options.format ?? (options.json ? "json" : formatOf(options.output));
  const path = `/api/sessions/${encodeURIComponent(id)}/transcript`;
  const call = { method: "GET" as const, path, query: { format }, signal: io.signal };
  const text = await transport.open(call, (response) => response.text());
  if (options.output === undefined) {
    // A visitor's text must not control the terminal; into a pipe the file goes unchanged.
    io.stdout.write(io.stdout.isTTY ? safeText(text) : text);
    if (!text.endsWith("\n")) printLine(io);
    return EXIT.ok;
  }
  try {
    // Readable only by the user; other accounts on this machine must be granted access.
    await writeFile(options.output, text, { mode: 0o600 });
  } catch (error) {
    throw new CliError("not_written", `${options.output} cannot be written.`, EXIT.failure, { cause: error });
  }
  if (options.json) printJson(io, { session_id: id, format, file: options.output, characters: text.length });
  else printLine(io, `${options.output}: ${text.length} characters`);
  return EXIT.ok;
}

function formatOf(output: string | undefined): Format {
  const extension = extname(output ?? "").slice(1);
  return TRANSCRIPT_FORMATS.find((format) => format === extension) ?? "txt";
}
