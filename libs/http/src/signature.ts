import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { FieldError } from "@parley/contracts";

const TIMESTAMP = /^[1-9]\d{9}$/;
const SIGNATURE = /^[0-9a-f]{64}$/;
const NONCE = /^[A-Za-z0-9_-]{16,128}$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const WINDOW_SECONDS = 300;
/** A nonce is remembered until its timestamp has certainly left the window. */
const NONCE_KEEP_SECONDS = WINDOW_SECONDS + 1;
/** An unknown key costs the same work as a known one. */
const UNKNOWN_KEY = "unknown-key";

export interface SignedParts {
  timestamp: string;
  nonce?: string | undefined;
  /** Upper case. */
  method: string;
  /** Raw request target: path and query exactly as sent. */
  target: string;
  body: Buffer | string;
}

/**
 * Hex HMAC-SHA-256 over timestamp + nonce + METHOD + target + sha256hex(body). The undelimited form is unambiguous because
 * the timestamp has ten digits, no method is the end of another, the target begins with `/` and the hash has 64 digits.
 */
export function signRequest(key: string, parts: SignedParts): string {
  const bodyHash = createHash("sha256").update(parts.body).digest("hex");
  return createHmac("sha256", key)
    .update(`${parts.timestamp}${parts.nonce ?? ""}${parts.method}${parts.target}${bodyHash}`)
    .digest("hex");
}

export interface SignedRequest {
  method: string;
  target: string;
  body: Buffer;
  /** Header values as Node joins them; a header given twice holds a comma and fails its pattern. */
  headers: Record<string, string | string[] | undefined>;
}

interface VerifyingKey {
  secret: string;
  /** A signature of this key counts only with a nonce. */
  requireNonce?: boolean | undefined;
}

export interface VerifyOptions<Key extends VerifyingKey> {
  /** Key material for `X-Key-Id` (null = the header is absent, the default key is meant); null = no such key. */
  resolveKey(keyId: string | null): Promise<Key | null>;
  /** Claims a nonce for so many seconds; false = it was used before. */
  claimNonce(nonce: string, ttlSeconds: number): Promise<boolean>;
  /** Unix seconds. */
  now(): number;
}

export interface VerifiedSignature<Key> {
  key: Key;
  signature: string;
  nonce: string | null;
  timestamp: number;
}

/**
 * Verifies the signature of a request on its raw bytes, before anything of it is parsed. Null for every kind of failure, so
 * that a caller cannot tell them apart; errors of `resolveKey` and `claimNonce` pass through. The nonce is claimed only
 * after a good signature: a forger cannot burn somebody's nonces.
 */
export async function verifySignature<Key extends VerifyingKey>(
  request: SignedRequest,
  options: VerifyOptions<Key>,
): Promise<VerifiedSignature<Key> | null> {
  const read = readHeaders(request);
  if (read === null) return null;
  const { timestamp, signature, nonce, keyId } = read;
  const key = await options.resolveKey(keyId);
  const expected = signRequest(key?.secret ?? UNKNOWN_KEY, {
    timestamp,
    nonce: nonce ?? undefined,
    method: request.method,
    target: request.target,
    body: request.body,
  });
  const equal = timingSafeEqual(Buffer.from(expected, "hex"), Buffer.from(signature, "hex"));
  if (!equal || key === null || (key.requireNonce === true && nonce === null)) return null;
  const sentAt = Number(timestamp);
  const now = options.now();
  if (Math.abs(now - sentAt) > WINDOW_SECONDS) return null;
  if (nonce !== null && !(await options.claimNonce(nonce, sentAt + NONCE_KEEP_SECONDS - now))) return null;
  return { key, signature, nonce, timestamp: sentAt };
}

interface SignatureHeaders {
  timestamp: string;
  signature: string;
  nonce: string | null;
  keyId: string | null;
}

function readHeaders({ headers, method, target }: SignedRequest): SignatureHeaders | null {
  const { "x-timestamp": timestamp, "x-signature": signature, "x-nonce": nonce, "x-key-id": keyId } = headers;
  if (typeof timestamp !== "string" || !TIMESTAMP.test(timestamp)) return null;
  if (typeof signature !== "string" || !SIGNATURE.test(signature)) return null;
  if (nonce !== undefined && (typeof nonce !== "string" || !NONCE.test(nonce))) return null;
  if (keyId !== undefined && (typeof keyId !== "string" || !KEY_ID.test(keyId))) return null;
  if (!METHODS.has(method) || !target.startsWith("/")) return null;
  return { timestamp, signature, nonce: nonce ?? null, keyId: keyId ?? null };
}

/** What the header of this name must look like. */
const SHAPES: readonly [header: string, pattern: RegExp, rule: string, optional?: true][] = [
  ["x-timestamp", TIMESTAMP, "must be Unix time in seconds, ten digits"],
  ["x-signature", SIGNATURE, "must be 64 hexadecimal digits in lower case"],
  ["x-nonce", NONCE, "must be 16 to 128 of A-Z, a-z, 0-9, - and _", true],
  ["x-key-id", KEY_ID, "must be 1 to 64 of A-Z, a-z, 0-9, - and _", true],
];

/**
 * What is wrong with a refused request that its sender may know, because it follows from what was sent and from the time alone: headers that
 * are missing or misshapen, and a clock that is off (every answer has a `Date`). Of key, signature and nonce it says nothing.
 *
 * @param now Unix seconds
 */
export function explainRefusal({ headers }: Pick<SignedRequest, "headers">, now: number): FieldError[] {
  const faults = SHAPES.flatMap(([header, pattern, rule, optional]): FieldError[] => {
    const given = headers[header];
    const pointer = `header/${header}`;
    if (given === undefined) return optional ? [] : [{ pointer, rule: "required", message: "is missing" }];
    return pattern.test(String(given)) ? [] : [{ pointer, rule: "pattern", message: rule }];
  });
  const behind = now - Number(headers["x-timestamp"]);
  if (faults.length > 0 || Math.abs(behind) <= WINDOW_SECONDS) return faults;
  const off = `is ${Math.abs(Math.round(behind))} s ${behind > 0 ? "behind" : "ahead of"} this server's clock`;
  return [{ pointer: "header/x-timestamp", rule: "window", message: `${off}; ${WINDOW_SECONDS} s are allowed` }];
}
