import { CliError, EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface Rotated {
  key_id: string;
  resealed: number;
  unreadable: number;
  next_cursor: string | null;
}

/** Reseals everything under the current master key, call by call until nothing is left. May be interrupted and repeated. */
export async function rotateKeys(io: Io, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  let [resealed, unreadable] = [0, 0];
  let keyId = "";
  let cursor: string | null = null;
  do {
    const body: { cursor?: string } = cursor === null ? {} : { cursor };
    const done: Rotated = await transport.json<Rotated>({
      ...{ method: "POST", path: "/api/key-rotation", body, signal: io.signal },
    });
    resealed += done.resealed;
    unreadable += done.unreadable;
    keyId = done.key_id;
    cursor = done.next_cursor;
    if (cursor !== null && !options.json) io.stderr.write(`${resealed} sealed anew so far\n`);
  } while (cursor !== null);
  if (options.json) printJson(io, { key_id: keyId, resealed, unreadable });
  else printLine(io, `${resealed} sealed anew; everything is under key ${keyId}`);
  if (unreadable > 0)
    throw new CliError(
      "unreadable",
      `${unreadable} values open under neither key; the log of cleanup names them. Keep SECRET_KEY_PREVIOUS.`,
    );
  return EXIT.ok;
}
