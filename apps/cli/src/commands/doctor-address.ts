import { networkInterfaces } from "node:os";
import { ParleyError } from "@parley/client";
import type { Io } from "../io.js";
import { type Globals, keyOf, ownerTransport } from "../settings.js";
import type { Finding } from "./doctor-finding.js";

/** A documentation address (RFC 5737): a server that accepts it as a client address accepts any. */
const INVENTED = "203.0.113.77";

interface Seen {
  client_address: string;
  connected_from: string;
  forwarded_for: string | null;
}

/**
 * Whether the gateway can tell its callers apart: limits and address lists are only as good as the client address it determines. An
 * untrusted proxy makes all visitors one; a trusted caller can claim any address.
 */
export async function clientAddress(io: Io, options: Globals): Promise<Finding> {
  const check = "address";
  if (keyOf(io) === undefined && !io.env.PARLEY_TOKEN)
    return { check, state: "skipped", detail: "set a key or PARLEY_TOKEN to try it" };
  const transport = ownerTransport(io, options);
  const ask = (more: Record<string, string>): Promise<Seen> =>
    transport.json<Seen>({ method: "GET", path: "/api/client-address", headers: more });
  try {
    return { check, ...judge(await ask({}), await ask({ "x-forwarded-for": INVENTED })) };
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    if (error.code === "not_found") return { check, state: "skipped", detail: "this server cannot tell" };
    return { check, state: "failed", detail: `${error.detail} (${error.code})` };
  }
}

function judge(plain: Seen, forged: Seen): Omit<Finding, "check"> {
  const { client_address: address, connected_from: peer, forwarded_for: forwarded } = plain;
  if (forwarded !== null && isSame(address, peer)) {
    const detail = `the gateway takes its proxy ${bare(peer)} for every visitor; add that address to TRUSTED_PROXIES`;
    return { state: "failed", detail };
  }
  if (forged.client_address !== INVENTED) return { state: "ok", detail: `the gateway sees ${address}` };
  if (forwarded === null && isOurs(peer)) {
    const detail = `this machine (${bare(peer)}) is in TRUSTED_PROXIES, so its programs may name any address; fine for a proxy`;
    return { state: "warning", detail };
  }
  const detail =
    `the gateway believed the invented address ${INVENTED}, so limits and address lists hold nobody; ` +
    "let the proxy replace X-Forwarded-For, and TRUSTED_PROXIES name only that proxy";
  return { state: "failed", detail };
}

/** IPv4-mapped IPv6, as reported by sockets, is IPv4. */
const bare = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");
const isSame = (one: string, other: string): boolean => bare(one) === bare(other);

const isOurs = (address: string): boolean =>
  /^(127\.|::1$)/.test(bare(address)) ||
  Object.values(networkInterfaces()).some((list) => list?.some((own) => isSame(own.address, address)) === true);
