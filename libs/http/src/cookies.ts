/** Value of one cookie of a `Cookie` header; undefined when absent or given twice with different values. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let found: string | undefined;
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    // Two cookies of one name: somebody tries to plant one from another path or domain.
    if (found !== undefined && found !== value) return undefined;
    found = value;
  }
  return found;
}

export interface CookieOptions {
  path: string;
  secure: boolean;
  /** Seconds; 0 deletes the cookie; absent = until the browser closes. */
  maxAgeSeconds?: number;
  /** For a page in a frame of another site: kept apart for each site that frames it. Always `Secure`. */
  partitioned?: boolean;
  /** Not even sent when a link of another site leads here; default: then it is. */
  strict?: boolean;
}

/** A `Set-Cookie` value that no script can read. `value` must hold cookie characters only (our tokens do). */
export function writeCookie(name: string, value: string, options: CookieOptions): string {
  const { partitioned = false, strict = false } = options;
  const sameSite = partitioned ? "None" : strict ? "Strict" : "Lax";
  const parts = [`${name}=${value}`, `Path=${options.path}`, "HttpOnly", `SameSite=${sameSite}`];
  if (options.secure || partitioned) parts.push("Secure");
  if (partitioned) parts.push("Partitioned");
  if (options.maxAgeSeconds !== undefined) parts.push(`Max-Age=${options.maxAgeSeconds}`);
  return parts.join("; ");
}
