import ipaddr from "ipaddr.js";

type Address = ReturnType<typeof ipaddr.parse>;
type Network = ReturnType<typeof ipaddr.parseCIDR>;

export interface AddressRules {
  /** True when an address (not a name) may be connected to. What cannot be read may not. */
  permits(address: string): boolean;
}

const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** Public by their number, yet answered by the machine's own cloud. */
const CLOUD_SERVICES = new Set(["168.63.129.16"]);

const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");
const NAT64 = ipaddr.parseCIDR("64:ff9b::/96");

/** Reads `10.1.0.0/16, fd00::/8`. Throws RangeError with the part that is no network. */
export function parseNetworks(text: string): string[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  for (const part of parts) if (!ipaddr.isValidCIDR(part)) throw new RangeError(`not a network: ${part}`);
  return parts;
}

/**
 * Public unicast addresses only, and what the operator lists. An IPv4 address inside an IPv6 one (mapped, NAT64) is judged as
 * what it leads to; other tunnels (6to4, Teredo) are refused, because nobody can say where they end.
 */
export function addressRules(options: { allowedCidrs?: readonly string[]; allowLoopback?: boolean }): AddressRules {
  const listed = [...(options.allowedCidrs ?? []), ...(options.allowLoopback ? LOOPBACK : [])].map((cidr) =>
    ipaddr.parseCIDR(cidr),
  );
  return {
    permits(text) {
      if (!ipaddr.isValid(text) || text.includes("%")) return false;
      const address = innermost(ipaddr.parse(text));
      return isPublic(address) || listed.some((network) => isWithin(address, network));
    },
  };
}

function innermost(address: Address): Address {
  if (address.kind() !== "ipv6") return address;
  const bytes = address.toByteArray();
  const isMapped = address.range() === "ipv4Mapped";
  return isMapped || isWithin(address, NAT64) ? ipaddr.fromByteArray(bytes.slice(12)) : address;
}

function isWithin(address: Address, [base, bits]: Network): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast" || CLOUD_SERVICES.has(address.toString())) return false;
  return address.kind() === "ipv4" || isWithin(address, GLOBAL_IPV6);
}
