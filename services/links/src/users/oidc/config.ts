import { role } from "@parley/contracts";
import { z } from "zod";

const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/|$)/;

/** Sign-in by an identity provider (OpenID Connect); spread into the configuration of links. */
export const oidcConfig = {
  OIDC_ISSUER: z
    .url()
    .refine((url) => url.startsWith("https://") || LOOPBACK.test(url), { message: "must begin with https://" })
    .optional()
    .describe(
      "Issuer of the identity provider that people sign in with; its callback is PUBLIC_URL/api/sign-in/oidc/callback",
    ),
  OIDC_CLIENT_ID: z.string().optional().describe("Client id that the identity provider knows this server by"),
  OIDC_CLIENT_SECRET: z.string().optional().describe("Client secret; absent = a public client, with PKCE alone"),
  OIDC_NAME: z.string().max(60).default("single sign-on").describe("What the button to sign in with it says"),
  OIDC_TRUST_EMAIL: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .describe(
      "Believe addresses of which the provider does not say that they are verified; only when nobody can choose theirs",
    ),
  OIDC_DOMAINS: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,]+/).filter((entry) => entry !== ""))
    .describe("Domains whose people may sign in without an invitation, separated by commas; needs OIDC_TENANT_ID"),
  OIDC_TENANT_ID: z.uuid().optional().describe("Tenant that people of OIDC_DOMAINS join"),
  OIDC_DEFAULT_ROLE: role.exclude(["owner"]).default("viewer").describe("Role that people of OIDC_DOMAINS get"),
};
