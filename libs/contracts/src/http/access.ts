import { z } from "zod";
import { emailAddress } from "../email-address.js";

const uuid = z.uuid();
const iso = z.string();

/** Who may come in by the links of an agent. What is left out stays as it was; a list that is given replaces the old one. */
export const accessPolicyBody = z
  .strictObject({
    mode: z.enum(["open", "any_verified", "approval"]).optional(),
    /** Addresses that need no approval. */
    allowed_emails: z.array(emailAddress).max(1_000).optional(),
    links_enabled: z.boolean().optional(),
    /** Gets a mail about each new request. */
    notify_email: emailAddress.nullable().optional(),
  })
  .meta({
    id: "SetAccessPolicy",
    description: "Who may use the links of an agent",
    examples: [{ mode: "approval", allowed_emails: ["ada@example.com"] }],
  });

/** Who may come in by the links of an agent, as its owner sees it. */
export const accessPolicy = z
  .object({
    mode: z.enum(["open", "any_verified", "approval"]),
    /** Addresses that need no approval, in alphabetical order. */
    allowed_emails: z.array(z.string()),
    links_enabled: z.boolean(),
    /** Who gets a mail about a new request. */
    notify_email: z.string().nullable(),
    updated_at: iso.nullable(),
  })
  .meta({
    id: "AccessPolicy",
    description: "Who may use the links of an agent",
    examples: [
      {
        mode: "approval",
        allowed_emails: ["ada@example.com"],
        links_enabled: true,
        notify_email: null,
        updated_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

export type AccessPolicy = z.infer<typeof accessPolicy>;

export const accessRequest = z
  .object({
    id: uuid,
    email: z.string(),
    status: z.enum(["pending", "approved", "denied"]),
    link_id: uuid.nullable(),
    created_at: iso,
    decided_at: iso.nullable(),
    decided_by: z.string().nullable(),
  })
  .meta({
    id: "AccessRequest",
    description: "A confirmed address that requests access",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        email: "ada@example.com",
        status: "pending",
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        created_at: "2026-11-01T10:00:00.000Z",
        decided_at: null,
        decided_by: null,
      },
    ],
  });

export type AccessRequest = z.infer<typeof accessRequest>;
