import { z } from "zod";
import { emailAddress } from "../email-address.js";
import { role } from "../messages/callers.js";

const text = z.string();
const iso = z.string();
const personName = z.string().trim().min(1).max(200);

export const inviteUserBody = z.strictObject({ email: emailAddress, role, name: personName.optional() }).meta({
  id: "InviteUser",
  description: "A person to invite",
  examples: [{ email: "grace@example.com", role: "operator", name: "Grace" }],
});

export const updateUserBody = z
  .strictObject({ role: role.optional(), name: personName.nullable().optional() })
  .refine((body) => Object.keys(body).length > 0, { message: "must change something" })
  .meta({ id: "UpdateUser", description: "What is to change of a person", examples: [{ role: "admin" }] });

/** A person of the owner's team. */
export const userView = z
  .object({
    id: z.uuid(),
    email: text,
    name: text.nullable(),
    role,
    status: z.enum(["invited", "active", "removed"]).describe("`invited`: never signed in"),
    created_at: iso,
    last_seen_at: iso.nullable().describe("To the minute"),
    me: z.boolean().describe("The caller"),
  })
  .meta({
    id: "User",
    description: "A person who manages",
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
