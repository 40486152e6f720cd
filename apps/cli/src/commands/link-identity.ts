import { readFile } from "node:fs/promises";
import { newId } from "@parley/client";
import { EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface IdentityOptions extends Globals {
  id: string;
  makeSecret?: boolean;
  jwksUrl?: string;
  publicKey?: string;
  off?: boolean;
}

/**
 * Shows how a link verifies identities of the embedding site, or changes it: a secret, public keys, or neither. The secret is printed as a
 * line of an environment file, and only once.
 */
export async function linkIdentity(io: Io, agent: string, options: IdentityOptions): Promise<number> {
  const { id, makeSecret = false, jwksUrl, publicKey, off = false, json } = options;
  const setsKeys = jwksUrl !== undefined || publicKey !== undefined;
  if ([makeSecret, setsKeys, off].filter(Boolean).length > 1)
    throw usageError("Say one thing at a time: --make-secret, --jwks-url and --public-key, or --off.");
  const transport = ownerTransport(io, options);
  const path = `/api/agents/${encodeURIComponent(agent)}/public-links/${encodeURIComponent(id)}/identity`;
  const { signal } = io;
  if (makeSecret) {
    const headers = { "idempotency-key": newId() };
    const call = { method: "POST" as const, path: `${path}/secret`, headers, signal };
    const made = await transport.json<{ secret: string }>(call);
    if (json) printJson(io, made);
    else printLine(io, `PARLEY_IDENTITY_SECRET=${made.secret}`);
    return EXIT.ok;
  }
  if (off) {
    const done = await transport.json<object>({ method: "DELETE", path, signal });
    if (json) printJson(io, done);
    else printLine(io, "off; this link takes no identities");
    return EXIT.ok;
  }
  const body = { jwks_url: given(jwksUrl), public_key: await pemOf(given(publicKey)) };
  const settings = setsKeys
    ? await transport.json<object>({ method: "PUT", path, body, signal })
    : await transport.json<object>({ method: "GET", path, signal });
  if (json) printJson(io, settings);
  else printFields(io, settings);
  return EXIT.ok;
}

/** `none` removes a key; a missing option leaves it. */
const given = (option: string | undefined): string | null | undefined => (option === "none" ? null : option);

async function pemOf(file: string | null | undefined): Promise<string | null | undefined> {
  if (typeof file !== "string") return file;
  try {
    return await readFile(file, "utf8");
  } catch {
    throw usageError(`${file} cannot be read.`);
  }
}
