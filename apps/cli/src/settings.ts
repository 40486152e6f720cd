import {
  type Credentials,
  createParleyClient,
  createTransport,
  type ParleyClient,
  ParleyError,
  type Transport,
} from "@parley/client";
import { inTenant } from "./in-tenant.js";
import { type Io, usageError } from "./io.js";

/** Options of every command. */
export interface Globals {
  url?: string;
  tenant?: string;
  json?: boolean;
}

export const DEFAULT_URL = "http://localhost:8080";

/** The address of the gateway: `--url`, else PARLEY_URL, else this machine. Throws a usage error unless it is an HTTP address. */
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

/** Names the address that did not answer: most often it is the mistake. */
function fetchFrom(baseUrl: string): typeof fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (cause) {
      if (init?.signal?.aborted) throw cause;
      throw new ParleyError({ status: 0, code: "network_error", detail: `No answer from ${baseUrl}.`, cause });
    }
  };
}

/** The client of the text chat API. Throws a usage error without a key. */
export function chatClient(io: Io, globals: Globals): ParleyClient {
  const key = keyOf(io);
  if (key === undefined) throw usageError("Set PARLEY_KEY (with PARLEY_KEY_ID) or ADMIN_API_KEY to a signing key.");
  const baseUrl = urlOf(io, globals);
  return createParleyClient({ baseUrl, fetch: fetchFrom(baseUrl), ...key });
}

/** Management calls in the given tenant: with PARLEY_TOKEN, else signed. Throws a usage error without either. */
export const ownerTransport = (io: Io, globals: Globals): Transport =>
  inTenant(operatorTransport(io, globals), tenantOf(io, globals));

/** The same without a tenant: for calls about tenants themselves. */
export function operatorTransport(io: Io, globals: Globals): Transport {
  const key = keyOf(io);
  const token = io.env.PARLEY_TOKEN;
  const credentials: Credentials | undefined = token ? { type: "token", token } : key && { type: "key", ...key };
  if (credentials === undefined)
    throw usageError("Set PARLEY_TOKEN to an API token (ak_…), or PARLEY_KEY to a signing key.");
  const baseUrl = urlOf(io, globals);
  return createTransport({ baseUrl, fetch: fetchFrom(baseUrl), credentials });
}
