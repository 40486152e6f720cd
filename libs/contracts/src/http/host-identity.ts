import { z } from "zod";

const text = z.string();

/** A JWT that the embedding site signed for its visitor. */
export const identityToken = z.string().min(1).max(8192);

const KEY_ADDRESS = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])/;

export const hostIdentityBody = z
  .strictObject({
    jwks_url: z
      .url()
      .max(2000)
      .regex(KEY_ADDRESS, "must be an https address")
      .nullable()
      .meta({ description: "URL of the site's JWK set (RS256, ES256, EdDSA); null = none" }),
    public_key: z
      .string()
      .max(8192)
      .regex(/^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/, "must be a public key in PEM (SPKI)")
      .nullable()
      .meta({ description: "One public key of the site (RS256, ES256, EdDSA) in PEM; null = none" }),
  })
  .partial()
  .meta({
    id: "SetHostIdentity",
    description: "The public keys for identities of the embedding site; omitted fields are kept",
    examples: [{ jwks_url: "https://shop.example.com/.well-known/jwks.json" }],
  });

export const hostIdentity = z
  .object({
    link_id: z.uuid(),
    audience: text.meta({ description: "What `aud` of an identity must be" }),
    secret_set: z.boolean(),
    secret_created_at: text.nullable(),
    previous_secret_valid_until: text.nullable(),
    jwks_url: text.nullable(),
    public_key: text.nullable(),
  })
  .meta({
    id: "HostIdentity",
    description: "How a link verifies identities of the embedding site; never the secret",
    examples: [
      {
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        audience: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        secret_set: true,
        secret_created_at: "2026-11-01T10:00:00.000Z",
        previous_secret_valid_until: null,
        jwks_url: null,
        public_key: null,
      },
    ],
  });
export type HostIdentity = z.output<typeof hostIdentity>;

export const identitySecret = z
  .object({ secret: text, audience: text, previous_secret_valid_until: text.nullable() })
  .meta({
    id: "HostIdentitySecret",
    description: "The secret that signs identities with HS256, shown only here; use the bytes of the whole string",
    examples: [
      {
        secret: "his_q8Zl0Yt4b6xNfV1sKc3uJr7mWd9eGh2aPoTiLyBnXkE",
        audience: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        previous_secret_valid_until: "2026-11-02T10:00:00.000Z",
      },
    ],
  });

/** Which check an identity did not pass. */
export const identityRefusal = z.enum([
  "not_configured",
  "malformed",
  "algorithm",
  "signature",
  "keys_unavailable",
  "audience",
  "expired",
  "claims",
  "used",
  "address",
]);
export type IdentityRefusal = z.infer<typeof identityRefusal>;
