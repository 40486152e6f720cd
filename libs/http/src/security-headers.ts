/** On every answer. `no-store` is the default; only static assets loosen it. */
export const BASE_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  // For pages: no window of another site keeps a hand on ours. Browsers ignore it in frames.
  "cross-origin-opener-policy": "same-origin",
};

/** For answers that are data: nothing may be loaded, nothing may frame them. */
export const API_CSP = "default-src 'none'; frame-ancestors 'none'";

/** For pages: own files only; no inline script or style, no third party, no image of the model's choosing. */
export function pageCsp(frameAncestors = "'self'", trustedTypes = "dompurify"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
    // Strings become markup only through a policy that is named here.
    "require-trusted-types-for 'script'",
    `trusted-types ${trustedTypes}`,
  ].join("; ");
}
