import { isIP } from "node:net";
import type { AddressRules } from "./address-rules.js";
import type { RefusalReason } from "./types.js";

/** The address without the brackets of IPv6 and the dot at the end of a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

/** Reads the address of a request, with its query added. Null when it is not a plain http or https address. */
export function readTarget(text: string, query: Readonly<Record<string, string>>): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") return null;
  if (url.username !== "" || url.password !== "") return null;
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  url.hash = "";
  return url;
}

/** Why a target may not be called, as far as that can be told before its name is resolved. */
export function refusalOf(
  url: URL,
  rules: AddressRules,
  allowedHosts: readonly string[] | null | undefined,
): RefusalReason | null {
  const host = hostOf(url);
  if (allowedHosts && !allowedHosts.some((pattern) => covers(pattern, host))) return "host_not_allowed";
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
