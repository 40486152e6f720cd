import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface KeyCreated {
  id: string;
  key_id: string;
  secret: string;
}

interface KeyShown {
  id: string;
  key_id: string;
  name: string;
  scopes: string[];
  require_nonce: boolean;
  status: string;
  last_used_at: string | null;
}

/** The keys of the tenant, newest first; their secrets are not shown again. */
export async function listKeys(io: Io, options: Globals): Promise<number> {
  const keys = await readAll<KeyShown>(ownerTransport(io, options), { path: "/api/keys", signal: io.signal });
  if (options.json) printJson(io, { data: keys });
  else {
    const rows = keys.map((key) => [
      ...[key.id, key.key_id, key.status, key.scopes.join(",") || "all before scopes"],
      ...[key.require_nonce ? "required" : "optional", key.last_used_at ?? "never", key.name],
    ]);
    printTable(io, ["ID", "KEY", "STATUS", "SCOPES", "NONCE", "LAST USED", "NAME"], rows);
  }
  return EXIT.ok;
}

/** Creates a signing key; its secret is shown only here. Retries after network failures use one key, so only one is created. */
export async function createKey(
  io: Io,
  options: Globals & { name: string; scope?: string[]; requireNonce?: boolean },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const { name, scope: scopes, requireNonce: require_nonce } = options;
  const body = { name, ...(scopes && { scopes }), ...(require_nonce && { require_nonce }) };
  const call = { method: "POST" as const, path: "/api/keys", body, signal: io.signal };
  const once = { "idempotency-key": newId() };
  return show(io, options, await transport.json<KeyCreated>({ ...call, headers: once }));
}

/** Issues the successor of a key; both are valid for the overlap. Retries after network failures use one idempotency key. */
export async function rotateKey(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/keys/${encodeURIComponent(id)}/rotate`;
  const once = { "idempotency-key": newId() };
  const call = { method: "POST" as const, path, headers: once, signal: io.signal };
  return show(io, options, await transport.json<KeyCreated>(call));
}

/** Sets whether a key signs only with a nonce, on every gateway. Idempotent by state. */
export async function requireNonce(io: Io, id: string, wish: "on" | "off", options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/keys/${encodeURIComponent(id)}`;
  const body = { require_nonce: wish === "on" };
  const key = await transport.json<KeyShown>({ method: "PATCH", path, body, signal: io.signal });
  if (options.json) printJson(io, key);
  else if (key.require_nonce) printLine(io, "required; a request of this key without X-Nonce is refused");
  else printLine(io, "optional; a request of this key may come without X-Nonce");
  return EXIT.ok;
}

/** Revokes a key on every gateway. Idempotent by state: a second time it is not found. */
export async function revokeKey(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/keys/${encodeURIComponent(id)}`;
  const done = await transport.json<{ deleted: true }>({ method: "DELETE", path, signal: io.signal });
  if (options.json) printJson(io, done);
  else printLine(io, "revoked; it signs nothing any more");
  return EXIT.ok;
}

function show(io: Io, options: Globals, key: KeyCreated): number {
  if (options.json) printJson(io, key);
  else {
    printLine(io, `PARLEY_KEY_ID=${key.key_id}`);
    printLine(io, `PARLEY_KEY=${key.secret}`);
    // Separate from the lines above, so that those can be redirected into a file.
    io.stderr.write(`id ${key.id}; the secret is shown only now\n`);
  }
  return EXIT.ok;
}
