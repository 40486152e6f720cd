import {
  type Credentials,
  createParleyClient,
  createTransport,
  type ParleyClient,
  type Transport,
} from "@parley/client";
import { type Io, usageError } from "./io.js";

/** Options that every command takes. */
export interface Globals {
  url?: string;
  tenant?: string;
  json?: boolean;
}

export const DEFAULT_URL = "http://localhost:8080";

/** Where the gateway is: `--url`, else PARLEY_URL, else this machine. Throws a usage error for what is no HTTP address. */
export function urlOf(io: Io, { url }: Globals): string {
  const given = url ?? (io.env.PARLEY_URL || DEFAULT_URL);
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return given.replace(/\/+$/, "");
  throw usageError("--url must be an address like http://localhost:8080.");
}

/** `--tenant`, else PARLEY_TENANT. */
export const tenantOf = (io: Io, { tenant }: Globals): string | undefined =>
  tenant ?? (io.env.PARLEY_TENANT || undefined);

export function keyOf(io: Io): { apiKey: string; keyId?: string } | undefined {
  const apiKey = io.env.PARLEY_KEY || io.env.ADMIN_API_KEY;
  if (!apiKey) return undefined;
  // A key id belongs to PARLEY_KEY; ADMIN_API_KEY is the server's default key and has none.
  return io.env.PARLEY_KEY && io.env.PARLEY_KEY_ID ? { apiKey, keyId: io.env.PARLEY_KEY_ID } : { apiKey };
}

/** The client of the text chat API. Throws a usage error without a key. */
export function chatClient(io: Io, globals: Globals): ParleyClient {
  const key = keyOf(io);
  if (key === undefined) throw usageError("Set PARLEY_KEY (with PARLEY_KEY_ID) or ADMIN_API_KEY to a signing key.");
  return createParleyClient({ baseUrl: urlOf(io, globals), ...key });
}

/** Management calls: with PARLEY_TOKEN, else signed. Throws a usage error without either. */
export function ownerTransport(io: Io, globals: Globals): { transport: Transport; headers: Record<string, string> } {
  const key = keyOf(io);
  const token = io.env.PARLEY_TOKEN;
  const credentials: Credentials | undefined = token ? { type: "token", token } : key && { type: "key", ...key };
  if (credentials === undefined)
    throw usageError("Set PARLEY_TOKEN to an API token (ak_…), or PARLEY_KEY to a signing key.");
  const tenant = tenantOf(io, globals);
  return {
    transport: createTransport({ baseUrl: urlOf(io, globals), credentials }),
    headers: tenant === undefined ? {} : { "x-tenant-id": tenant },
  };
}
