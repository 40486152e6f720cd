import { AppError, type LinkPolicy } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import type { GatewayContext } from "../context.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Whether a link can be used everywhere. */
export const isEverywhere = ({ allowedIps, allowedCountries, blockedCountries }: LinkPolicy): boolean =>
  allowedIps.length === 0 && allowedCountries.length === 0 && blockedCountries.length === 0;

/**
 * Refuses a visitor from where the link may not be used: by network, then by country. An unknown country is on
 * no list, so it fails a list of allowed ones and passes a list of blocked ones. Throws `address_not_allowed`,
 * `country_not_allowed`.
 */
export async function requirePlace(context: GatewayContext, request: FastifyRequest): Promise<void> {
  const { policy } = request.visit;
  if (policy.allowedIps.length > 0 && !insideNetworks(request.clientAddress, policy.allowedIps)) {
    context.security.note(request, policy, { kind: "address_refused" });
    throw new AppError("address_not_allowed");
  }
  if (policy.allowedCountries.length === 0 && policy.blockedCountries.length === 0) return;
  const country = await context.countries.of(request.clientAddress);
  if (countryMayEnter(country, policy)) return;
  context.security.note(request, policy, { kind: "country_refused" });
  throw new AppError("country_not_allowed");
}

export function countryMayEnter(
  country: string | null,
  { allowedCountries, blockedCountries }: Pick<LinkPolicy, "allowedCountries" | "blockedCountries">,
): boolean {
  const listed = (list: string[]): boolean => country !== null && list.some((code) => code.toUpperCase() === country);
  if (listed(blockedCountries)) return false;
  return allowedCountries.length === 0 || listed(allowedCountries);
}

/** True when the address is in one of the networks; an invalid entry matches nothing. IPv4-mapped forms count as IPv4. */
export function insideNetworks(address: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const client = ipaddr.process(address);
  return networks.some((text) => {
    const network = parseNetwork(text);
    return network !== null && network[0].kind() === client.kind() && client.match(network);
  });
}

const MAPPED_BITS = 96;

function parseNetwork(text: string): Network | null {
  if (ipaddr.isValidCIDR(text)) {
    const [address, bits] = ipaddr.parseCIDR(text);
    if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return [address, bits];
    return bits < MAPPED_BITS ? [address, bits] : [address.toIPv4Address(), bits - MAPPED_BITS];
  }
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
