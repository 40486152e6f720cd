import { z } from "zod";

const ENTRY = /^(?:(https?):\/\/)?(\*\.)?([^\s/?#@\\%*:[\]]+|\[[0-9a-f:.]+\])(:\d{1,5})?\/?$/i;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d+)?$/;

/**
 * The one spelling of an entry in a link's list of sites, as browsers name an origin: `https://app.example.com`,
 * `https://*.example.com` (one level), `http://localhost:3000`, or without a scheme for https. Lower case, ASCII, without the
 * port that goes without saying. Null for what no origin can match.
 */
export function normaliseSite(entry: string): string | null {
  const [, scheme, wildcard = "", host, port = ""] = ENTRY.exec(entry.trim()) ?? [];
  const protocol = (scheme ?? "https").toLowerCase();
  const address = `${protocol}://${host}${port}`;
  if (host === undefined || !URL.canParse(address)) return null;
  const canonical = new URL(address).host;
  if (!HOST.test(canonical)) return null;
  return `${scheme === undefined ? "" : `${protocol}://`}${wildcard}${canonical}`;
}

/** An entry as an owner gives it; parsed to its one spelling. */
export const allowedSite = z
  .string()
  .max(255)
  .transform((entry, context) => {
    const site = normaliseSite(entry);
    if (site !== null) return site;
    context.addIssue({ code: "custom", message: "must be a site, like https://example.com or https://*.example.com" });
    return z.NEVER;
  });
