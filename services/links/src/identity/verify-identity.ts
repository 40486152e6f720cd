import { createPublicKey } from "node:crypto";
import { emailAddress, type IdentityRefusal } from "@parley/contracts";
import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { z } from "zod";

/** A link's keys for verifying signatures of the embedding site. */
export interface IdentityKeys {
  /** For HS256: the current secret, then the previous one. */
  secrets: string[];
  /** PEM. */
  publicKey: string | null;
  /** Keys that the site publishes, null while they are unavailable; `fresh` = fetch again. Null = it publishes none. */
  published: ((fresh: boolean) => Promise<JWTVerifyGetKey | null>) | null;
}

/** The person identified by the site. */
export interface Identity {
  /** Id of the token, for its single use. */
  jti: string;
  sub: string;
  email: string | null;
  name: string | null;
  attributes: Record<string, unknown>;
}

export type Verified = { ok: true; identity: Identity } | { ok: false; reason: IdentityRefusal };

/** A public key is never used as a secret: the allowed algorithms depend on the keys, not on the token. */
const SHARED = ["HS256"];
const PUBLIC = ["RS256", "ES256", "EdDSA", "Ed25519"];
const LONGEST_SECONDS = 3_600;
const TOLERANCE_SECONDS = 60;
const MAX_ATTRIBUTES = 4_096;

const isStorableText = (text: string): boolean => !text.includes("\u0000") && text.isWellFormed();
/** Names and texts at any depth must be storable in the database. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => isStorableText(name) && isStorable(member));
};
const shortText = z.string().trim().max(200).refine(isStorableText);

const claims = z.object({
  jti: z.string().min(1).max(200),
  sub: shortText.min(1),
  exp: z.number(),
  email: emailAddress.optional(),
  /** As in OpenID Connect: false = the site has not verified the address. */
  email_verified: z.boolean().optional(),
  name: shortText.optional(),
  attributes: z
    .record(z.string().max(128), z.unknown())
    .refine((value) => JSON.stringify(value).length <= MAX_ATTRIBUTES)
    .refine(isStorable)
    .default({}),
});

/**
 * Verifies a JWT of the embedding site: HS256 by a shared secret, RS256, ES256 or EdDSA by a public key; `aud` names the link, `exp` is at
 * most an hour away, `jti` and `sub` are present. Reports which check failed; never throws for a caller's input.
 */
export async function verifyIdentity(keys: IdentityKeys, token: string, audience: string): Promise<Verified> {
  try {
    const payload = await signedPayload(keys, token, audience);
    if (typeof payload === "string") return { ok: false, reason: payload };
    const parsed = claims.safeParse(payload);
    if (!parsed.success || parsed.data.exp > Date.now() / 1000 + LONGEST_SECONDS + TOLERANCE_SECONDS)
      return { ok: false, reason: "claims" };
    const { jti, sub, email, email_verified, name, attributes } = parsed.data;
    const vouched = email_verified === false ? null : (email ?? null);
    return { ok: true, identity: { jti, sub, email: vouched, name: name ?? null, attributes } };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

type Attempt = () => Promise<{ payload: JWTPayload }>;

async function signedPayload(
  keys: IdentityKeys,
  token: string,
  audience: string,
): Promise<JWTPayload | IdentityRefusal> {
  const { alg = "" } = decodeProtectedHeader(token);
  const rules = { audience, clockTolerance: TOLERANCE_SECONDS, requiredClaims: ["aud", "exp", "jti", "sub"] };
  const shared = keys.secrets.map((secret): Attempt => {
    const key = new TextEncoder().encode(secret);
    return () => jwtVerify(token, key, { ...rules, algorithms: SHARED });
  });
  if (SHARED.includes(alg)) return firstSigned(shared);
  return PUBLIC.includes(alg)
    ? firstSigned(publicAttempts(keys, token, { ...rules, algorithms: PUBLIC }))
    : "algorithm";
}

function publicAttempts({ publicKey, published }: IdentityKeys, token: string, rules: JWTVerifyOptions): Attempt[] {
  const own = publicKey === null ? [] : [() => jwtVerify(token, createPublicKey(publicKey), rules)];
  if (published === null) return own;
  // The site may have just changed its keys: its list is fetched again before the signature counts as wrong.
  const listed = [false, true].map(
    (fresh): Attempt =>
      async () => {
        const keys = await published(fresh);
        if (keys === null) throw new KeysUnavailable();
        return jwtVerify(token, keys, rules);
      },
  );
  return [...own, ...listed];
}

/** The payload verified by the first matching key. */
async function firstSigned(attempts: Attempt[]): Promise<JWTPayload | IdentityRefusal> {
  let reason: IdentityRefusal = "algorithm";
  for (const attempt of attempts) {
    try {
      return (await attempt()).payload;
    } catch (error) {
      reason = reasonOf(error);
      if (reason !== "signature") return reason;
    }
  }
  return reason;
}

class KeysUnavailable extends Error {}

function reasonOf(error: unknown): IdentityRefusal {
  if (error instanceof KeysUnavailable) return "keys_unavailable";
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim === "aud" ? "audience" : "claims";
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return "algorithm";
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return "malformed";
  // For a key that does not suit the algorithm Node throws a TypeError: another key may match.
  return isSignatureFault(error) ? "signature" : "malformed";
}

const isSignatureFault = (error: unknown): boolean =>
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JWKSInvalid ||
  error instanceof TypeError;
