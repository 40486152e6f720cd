const PROBE = "parley_probe=1; SameSite=Strict; Path=/public/chat";

/**
 * Tells the server that this page stands in a frame of another site: there browsers refuse an ordinary cookie, and the session would
 * be lost with the answer that brings it. Whether the framing site is another one, only the browser knows: it is tried.
 */
export function frameHeaders(): Record<string, string> {
  if (window.parent === window) return {};
  // biome-ignore lint/suspicious/noDocumentCookie: the newer cookie store is missing in many browsers, and this is a trial of its rules.
  const write = (cookie: string): string => (document.cookie = cookie);
  try {
    write(PROBE);
    const kept = document.cookie.includes("parley_probe=1");
    write(`${PROBE}; Max-Age=0`);
    return kept ? {} : { "x-parley-frame": "cross-site" };
  } catch {
    return { "x-parley-frame": "cross-site" };
  }
}
