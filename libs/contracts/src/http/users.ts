import { z } from "zod";
import { emailAddress } from "../email-address.js";
import { role } from "../messages/callers.js";

const text = z.string();
const iso = z.string();
const personName = z.string().trim().min(1).max(200);

export const inviteUserBody = z.strictObject({ email: emailAddress, role, name: personName.optional() }).meta({
  id: "InviteUser",
  description: "A user to invite",
  examples: [{ email: "grace@example.com", role: "operator", name: "Grace" }],
});

export const updateUserBody = z
  .strictObject({
    role: role.optional(),
    name: personName.nullable().optional(),
    disabled: z
      .boolean()
      .optional()
      .describe("`true` ends all sessions of the person, who cannot sign in until `false`"),
  })
  .refine((body) => Object.keys(body).length > 0, { message: "must change something" })
  .meta({
    id: "UpdateUser",
    description: "The fields of a user to change",
    examples: [{ role: "admin" }],
  });

/** A person of the owner's team. */
export const userView = z
  .object({
    id: z.uuid(),
    email: text,
    name: text.nullable(),
    role,
    status: z
      .enum(["invited", "active", "disabled", "removed"])
      .describe("`invited`: never signed in; `disabled`: may not sign in for now"),
    created_at: iso,
    last_seen_at: iso.nullable().describe("To the minute"),
    me: z.boolean().describe("The caller"),
  })
  .meta({
    id: "User",
    description: "A user",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        email: "grace@example.com",
        name: "Grace",
        role: "operator",
        status: "invited",
        created_at: "2026-11-01T10:00:00.000Z",
        last_seen_at: null,
        me: false,
      },
    ],
  });

export type UserView = z.infer<typeof userView>;

export const askSignInBody = z.strictObject({ email: emailAddress }).meta({
  id: "AskSignIn",
  description: "A request for a sign-in link",
  examples: [{ email: "grace@example.com" }],
});

export const useSignInBody = z.strictObject({ token: z.string().max(256) }).meta({
  id: "UseSignIn",
  description: "The secret after `#token=` of a sign-in link",
  examples: [{ token: "pi_x" }],
});

/** A tenant that somebody who comes from the identity provider may sign in to. */
export const signInTenant = z
  .object({ id: z.uuid(), name: text, role, last_seen_at: iso.nullable().describe("null: never signed in there") })
  .meta({
    id: "SignInTenant",
    description: "A tenant that the user can sign in to",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000001",
        name: "Acme",
        role: "operator",
        last_seen_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

export type SignInTenant = z.infer<typeof signInTenant>;

export const chooseTenantBody = z.strictObject({ tenant_id: z.uuid() }).meta({
  id: "ChooseTenant",
  description: "The tenant to sign in to",
  examples: [{ tenant_id: "018f3a5e-7c1b-7d2e-8a4f-000000000001" }],
});

/** A browser in which a user is signed in. */
export const userSessionView = z
  .object({
    id: z.uuid(),
    via: z.enum(["mail", "start", "oidc"]).describe("`start`: by the address that `npm start` prints"),
    browser: text.describe("User agent of the browser"),
    created_at: iso,
    last_used_at: iso.describe("To the minute"),
    expires_at: iso.describe("Regardless of activity"),
    current: z.boolean().describe("The browser making the request"),
  })
  .meta({
    id: "UserSession",
    description: "A browser in which the user is signed in",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        via: "mail",
        browser: "Firefox on Linux",
        created_at: "2026-11-01T10:00:00.000Z",
        last_used_at: "2026-11-01T10:00:00.000Z",
        expires_at: "2026-11-15T10:00:00.000Z",
        current: true,
      },
    ],
  });

export type UserSessionView = z.infer<typeof userSessionView>;

/** Who a caller of the management API is. */
export const whoAmI = z
  .object({
    via: z.enum(["token", "hmac", "user"]),
    role,
    tenant: z.object({ id: z.uuid(), name: text }),
    user: userView.nullable().describe("null: a token or a key"),
  })
  .meta({
    id: "WhoAmI",
    description: "The caller",
    examples: [
      {
        via: "token",
        role: "admin",
        tenant: { id: "018f3a5e-7c1b-7d2e-8a4f-000000000001", name: "Acme" },
        user: null,
      },
    ],
  });

export type WhoAmI = z.infer<typeof whoAmI>;
