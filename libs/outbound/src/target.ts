import { isIP } from "node:net";
import { type AddressRules, addressRules } from "./address-rules.js";
import type { OutboundRequest, RefusalReason } from "./types.js";

/** The address without the brackets of IPv6 and the dot at the end of a full name. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

/** Reads the address of a request, with its query added. Null when it is not a plain http or https address. */
export function readTarget(text: string, query: Readonly<Record<string, string>>): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") return null;
  if (url.username !== "" || url.password !== "") return null;
  // Through `searchParams` the query that the address has already would be written again: `%20` as `+`, `?flag` as `?flag=`.
  const added = new URLSearchParams(query).toString();
  if (added !== "") url.search = url.search.length > 1 ? `${url.search}&${added}` : added;
  url.hash = "";
  return url;
}

/** Ports of protocols that read lines of text: what a mail server or a store takes from a request must not become commands. */
const REFUSED_PORTS = new Set(
  `20 21 22 23 25 53 69 79 110 111 119 135 137 139 143 161 179 389 445 465 512 513 514 515 587 636 873 989 990 992 993 995
   2049 3306 5060 5061 5432 6000 6379 6665 6666 6667 6668 6669 6697 11211 27017`.split(/\s+/),
);

/** Why a target may not be called, as far as that can be told before its name is resolved. */
export function refusalOf(
  url: URL,
  rules: AddressRules,
  { allowedHosts, secrets = [] }: Pick<OutboundRequest, "allowedHosts" | "secrets">,
): RefusalReason | null {
  const host = hostOf(url);
  const isAmong = (patterns: readonly string[]): boolean => patterns.some((pattern) => covers(pattern, host));
  if (allowedHosts && !isAmong(allowedHosts)) return "host_not_allowed";
  if (!secrets.every(({ hosts }) => isAmong(hosts))) return "secret_not_allowed";
  return refusalAt(url, rules);
}

function refusalAt(url: URL, rules: AddressRules): "port_not_allowed" | "private_address" | null {
  if (REFUSED_PORTS.has(url.port)) return "port_not_allowed";
  const host = hostOf(url);
  // The URL parser has turned decimal, octal and hexadecimal spellings into the usual one.
  return isIP(host) !== 0 && !rules.permits(host) ? "private_address" : null;
}

function covers(pattern: string, host: string): boolean {
  const isWild = pattern.trim().startsWith("*.");
  const name = pattern.trim().slice(isWild ? 2 : 0);
  const address = `http://${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}/`;
  if (!URL.canParse(address)) return false;
  const listed = hostOf(new URL(address));
  return isWild ? host.endsWith(`.${listed}`) : host === listed;
}

/** What `createTargetCheck` finds wrong with an address. */
export type TargetRefusal = "bad_url" | "port_not_allowed" | "private_address";

/**
 * The rules of the outgoing client for an address that is stored to be called later, as far as they can be told without resolving
 * its name. Null = nothing is wrong with it; a name that leads to a private address is still refused when it is called.
 */
export function createTargetCheck(options: {
  allowedCidrs?: readonly string[];
  allowTestHooks?: boolean;
}): (url: string) => TargetRefusal | null {
  const { allowedCidrs = [], allowTestHooks: allowLoopback = false } = options;
  const rules = addressRules({ allowedCidrs, allowLoopback });
  return (text) => {
    const url = readTarget(text, {});
    if (url === null) return "bad_url";
    // The one name whose address is known without asking.
    const isThisMachine = /(?:^|\.)localhost$/.test(hostOf(url)) && !rules.permits("127.0.0.1");
    return refusalAt(url, rules) ?? (isThisMachine ? "private_address" : null);
  };
}
