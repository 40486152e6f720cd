import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Client address in canonical form; IPv4-mapped IPv6 folded to IPv4. `unknown` when the socket is gone. */
export type AddressReader = (request: IncomingMessage) => string;

/**
 * Reads the client address. Only peers inside `trustedProxies` (CIDRs or addresses) may speak for somebody else by
 * `X-Forwarded-For`; then the right-most hop outside these networks counts, because everything left of it can be invented.
 * Throws at start when an entry is no network.
 */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const networks = trustedProxies.map(parseNetwork);
  const trusted = (address: Address): boolean => isInside(address, networks);

  return (request) => {
    const peer = parseAddress(request.socket.remoteAddress ?? "");
    if (peer === null) return "unknown";
    const forwarded = request.headers["x-forwarded-for"];
    if (networks.length === 0 || forwarded === undefined || !trusted(peer)) return peer.toString();
    const hops = (Array.isArray(forwarded) ? forwarded.join(",") : forwarded).split(",");
    let client = peer;
    for (const hop of hops.reverse()) {
      const address = parseAddress(hop.trim());
      // A hop that cannot be read ends the chain: everything left of it was not written by a trusted proxy.
      if (address === null) break;
      client = address;
      if (!trusted(address)) break;
    }
    return client.toString();
  };
}

/** As `createAddressReader`, with the bucket, worked out once for each connection, or each request that a proxy has passed on. */
export function createClientReader(
  trustedProxies: readonly string[],
): (request: IncomingMessage) => { address: string; bucket: string } {
  const read = createAddressReader(trustedProxies);
  const known = new WeakMap<object, { address: string; bucket: string }>();
  return (request) => {
    const owner = request.headers["x-forwarded-for"] === undefined ? request.socket : request;
    const before = known.get(owner);
    if (before !== undefined) return before;
    const address = read(request);
    const client = { address, bucket: addressBucket(address) };
    known.set(owner, client);
    return client;
  };
}

/** True for peers inside `trustedProxies`: behind such a connection stand many clients. Throws at start as `createAddressReader`. */
export function createProxyCheck(trustedProxies: readonly string[]): (peer: string) => boolean {
  const networks = trustedProxies.map(parseNetwork);
  return (peer) => {
    const address = parseAddress(peer);
    return address !== null && isInside(address, networks);
  };
}

const isInside = (address: Address, networks: readonly Network[]): boolean =>
  networks.some((network) => network[0].kind() === address.kind() && address.match(network));

/** The unit that limits count: an IPv4 address, or the /64 network that one IPv6 subscriber owns. */
export function addressBucket(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === null) return "unknown";
  if (parsed.kind() === "ipv4") return parsed.toString();
  const bytes = parsed.toByteArray().map((byte, index) => (index < 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/64`;
}

/** An address without what tells one household from its neighbours: the /24 of IPv4, the /48 of IPv6. */
export function truncatedAddress(address: string): string {
  const parsed = parseAddress(address.replace(/\/64$/, ""));
  if (parsed === null) return "unknown";
  const kept = parsed.kind() === "ipv4" ? 3 : 6;
  const bytes = parsed.toByteArray().map((byte, index) => (index < kept ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${kept * 8}`;
}

function parseAddress(text: string): Address | null {
  // Some proxies write `[v6]:port` or `v4:port`.
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  // Short forms such as "1" or octal ones are read differently by different programs, so they are no addresses here.
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return null;
  return ipaddr.process(bare);
}

function parseNetwork(text: string): Network {
  if (!ipaddr.isValidCIDR(text) && !ipaddr.isValid(text)) throw new Error(`not an address or network: ${text}`);
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
