import { type FileHandle, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CliError, EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

/** Writes the stored data of a person to a zip file; an existing file is not overwritten. The address is in no URL. Read-only. */
export async function exportPerson(io: Io, options: Globals & { email: string; output: string }): Promise<number> {
  const { email, output, json } = options;
  const transport = ownerTransport(io, options);
  const call = { method: "POST" as const, path: "/api/privacy/export", body: { email }, signal: io.signal };
  const file = await newFile(output);
  try {
    await transport.open(call, ({ body }) => pipeline(Readable.from(body ?? []), file.createWriteStream()));
  } catch (error) {
    // An incomplete export is removed.
    await rm(output, { force: true });
    throw error;
  }
  if (json) printJson(io, { file: output });
  else printLine(io, `${output}: everything that is held of the person; index.html in it leads through it`);
  return EXIT.ok;
}

async function newFile(output: string): Promise<FileHandle> {
  try {
    // Readable only by the user; other accounts on this machine must be granted access.
    return await open(output, "wx", 0o600);
  } catch (cause) {
    throw new CliError("not_written", `${output} cannot be written, or is there already.`, EXIT.failure, { cause });
  }
}
