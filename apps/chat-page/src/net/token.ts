/**
 * The link token of this page: the last path segment of `/public/chat/{token}`, or the fragment (`/public/chat#pl_…`), which browsers never
 * send to a server. Null when there is none; only the server validates its format.
 */
export function tokenFromLocation(location: { pathname: string; hash: string }): string | null {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith("pl_")) return fragment;
  const match = /\/(?:public\/chat|temp-chat|chat)\/([^/]+)\/?$/.exec(location.pathname);
  return match?.[1] ? safeDecode(match[1]) : null;
}

function safeDecode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/**
 * A short name for the link under which this browser keeps drafts. 53 bits of a token with 190 secret bits cannot lead
 * back to it, and unlike SubtleCrypto this works on pages without TLS.
 */
export function linkFingerprint(token: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < token.length; index += 1) {
    const code = token.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
