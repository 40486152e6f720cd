import { normaliseDomain } from "@parley/contracts";

/** Whether a link's list of domains lets an address in; no list = any. A domain stands for itself alone, not for those below it. */
export function allowsAddress(domains: string[], email: string): boolean {
  const own = email.slice(email.lastIndexOf("@") + 1);
  return domains.length === 0 || domains.some((domain) => normaliseDomain(domain) === own);
}
