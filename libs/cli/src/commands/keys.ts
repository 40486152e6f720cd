import { EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface KeyCreated {
  id: string;
  key_id: string;
  secret: string;
}

/** Creates a signing key; its secret is told only here. Not repeated by itself. */
export async function createKey(io: Io, options: Globals & { name: string; scope?: string[] }): Promise<number> {
  const { transport, headers } = ownerTransport(io, options);
  const body = { name: options.name, ...(options.scope === undefined ? {} : { scopes: options.scope }) };
  const call = { method: "POST" as const, path: "/api/keys", body, headers, repeatable: false, signal: io.signal };
  return show(io, options, await transport.json<KeyCreated>(call));
}

/** Issues the successor of a key; both are valid for the overlap. Not repeated by itself. */
export async function rotateKey(io: Io, id: string, options: Globals): Promise<number> {
  const { transport, headers } = ownerTransport(io, options);
  const path = `/api/keys/${encodeURIComponent(id)}/rotate`;
  const call = { method: "POST" as const, path, headers, repeatable: false, signal: io.signal };
  return show(io, options, await transport.json<KeyCreated>(call));
}

/** Revokes a key on every gateway. Idempotent by state: a second time it is not found. */
export async function revokeKey(io: Io, id: string, options: Globals): Promise<number> {
  const { transport, headers } = ownerTransport(io, options);
  const path = `/api/keys/${encodeURIComponent(id)}`;
  const done = await transport.json<{ deleted: true }>({ method: "DELETE", path, headers, signal: io.signal });
  if (options.json) printJson(io, done);
  else printLine(io, "revoked; it signs nothing any more");
  return EXIT.ok;
}

function show(io: Io, options: Globals, key: KeyCreated): number {
  if (options.json) printJson(io, key);
  else {
    printLine(io, `PARLEY_KEY_ID=${key.key_id}`);
    printLine(io, `PARLEY_KEY=${key.secret}`);
    // Apart from the lines above, so that they can be written into a file as they are.
    io.stderr.write(`id ${key.id}; the secret is shown only now\n`);
  }
  return EXIT.ok;
}
