import { z } from "zod";

/** Letters, marks and digits of any script (RFC 6531), nothing invisible. */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
/** Everything that has a meaning in a URL, where the domain is turned into ASCII. */
const NOT_IN_A_DOMAIN = /[\s@/:?#%\\[\]<>"(),;]/;

/** A domain as it is compared and sent to: lower case, international ones in ASCII. Null when it is none. */
export function normaliseDomain(domain: string): string | null {
  const text = domain.normalize("NFC").trim().toLowerCase();
  if (NOT_IN_A_DOMAIN.test(text) || !URL.canParse(`http://${text}`)) return null;
  const ascii = new URL(`http://${text}`).hostname;
  return ascii.length <= 253 && DOMAIN.test(ascii) ? ascii : null;
}

/**
 * The one spelling of an address: trimmed, NFC, lower case, domain in ASCII; before the `@` letters of any script. Null for what cannot
 * be sent to. Dots and `+tags` stay: whether they matter is the business of the receiving server.
 */
export function normaliseEmail(address: string): string | null {
  // Some letters have no small form in one piece, so what became of them is composed again.
  const text = address.normalize("NFC").trim().toLowerCase().normalize("NFC");
  const at = text.lastIndexOf("@");
  const domain = at < 1 ? null : normaliseDomain(text.slice(at + 1));
  const local = text.slice(0, at);
  if (domain === null || byteLength(local) > 64 || !LOCAL_PART.test(local)) return null;
  const email = `${local}@${domain}`;
  return byteLength(email) <= 254 ? email : null;
}

/** An address as a caller sends it; parsed to its one spelling. */
export const emailAddress = z
  .string()
  .max(320)
  .meta({ examples: ["ann@example.com"] })
  .transform((address, context) => {
    const email = normaliseEmail(address);
    if (email !== null) return email;
    context.addIssue({ code: "custom", message: "must be an e-mail address" });
    return z.NEVER;
  });
