const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

export interface SignatureParts {
  /** Unix seconds, ten digits. */
  timestamp: string;
  /** Upper case. */
  method: string;
  /** Path and query exactly as sent. */
  target: string;
  /** Body exactly as sent; empty text without one. */
  body: string;
  /** Single-use text of 16 to 128 characters; if given, it is also sent as `X-Nonce`. */
  nonce?: string;
}

/** Hex HMAC-SHA-256 over timestamp + nonce + METHOD + target + sha256hex(body), by WebCrypto. */
export async function computeSignature(apiKey: string, parts: SignatureParts): Promise<string> {
  const { subtle } = globalThis.crypto;
  const bodyHash = hex(await subtle.digest("SHA-256", encoder.encode(parts.body)));
  const key = await subtle.importKey("raw", encoder.encode(apiKey), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = `${parts.timestamp}${parts.nonce ?? ""}${parts.method.toUpperCase()}${parts.target}${bodyHash}`;
  return hex(await subtle.sign("HMAC", key, encoder.encode(signed)));
}
