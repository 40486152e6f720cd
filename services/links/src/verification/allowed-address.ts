import { normaliseDomain } from "@parley/contracts";

/** Whether a link's list of domains allows an address; no list = any. A domain does not include its subdomains. */
export function allowsAddress(domains: string[], email: string): boolean {
  const own = email.slice(email.lastIndexOf("@") + 1);
  return domains.length === 0 || domains.some((domain) => normaliseDomain(domain) === own);
}
