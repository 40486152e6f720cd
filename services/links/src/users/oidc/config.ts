import { role } from "@parley/contracts";
import { z } from "zod";

const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/|$)/;

/** Sign-in by an identity provider (OpenID Connect); spread into the configuration of links. */
export const oidcConfig = {
  OIDC_ISSUER: z
    .url()
    .refine((url) => url.startsWith("https://") || LOOPBACK.test(url), { message: "must begin with https://" })
    .optional()
    .describe("Issuer of the identity provider for sign-in; the redirect URI is PUBLIC_URL/api/sign-in/oidc/callback"),
  OIDC_CLIENT_ID: z.string().optional().describe("Client id at the identity provider"),
  OIDC_CLIENT_SECRET: z.string().optional().describe("Client secret; absent = a public client, using only PKCE"),
  OIDC_NAME: z.string().max(60).default("single sign-on").describe("Label of its sign-in button"),
  OIDC_TRUST_EMAIL: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .describe("Trust addresses that the provider does not report as verified; only if users cannot choose their own"),
  OIDC_DOMAINS: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,]+/).filter((entry) => entry !== ""))
    .describe("Domains whose users can sign in without an invitation, separated by commas; requires OIDC_TENANT_ID"),
  OIDC_TENANT_ID: z.uuid().optional().describe("Tenant that users of OIDC_DOMAINS join"),
  OIDC_DEFAULT_ROLE: role.exclude(["owner"]).default("viewer").describe("Role for users of OIDC_DOMAINS"),
};
