import { z } from "zod";
import { role } from "../messages/callers.js";

const uuid = z.uuid();
const text = z.string();
const iso = z.string();

export const createTokenBody = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    role: z.enum(["owner", "admin", "editor", "operator", "viewer"]),
    tenant_id: z.uuid().optional(),
  })
  .meta({
    id: "CreateToken",
    description: "A management token to create",
    examples: [{ name: "Console", role: "admin" }],
  });

/** What a signing key may be given; the links service knows the role that each stands for. */
export const KEY_SCOPES = ["chat", "read", "write", "manage"] as const;

export const createKeyBody = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    scopes: z.array(z.enum(KEY_SCOPES)).max(KEY_SCOPES.length).optional(),
    require_nonce: z.boolean().optional(),
  })
  .meta({ id: "CreateKey", description: "A signing key to create", examples: [{ name: "Backend", scopes: ["chat"] }] });

/** What can be changed of a signing key. */
export const requireNonceBody = z.strictObject({ require_nonce: z.boolean() }).meta({
  id: "RequireNonce",
  description: "Whether requests must be signed with a nonce",
  examples: [{ require_nonce: true }],
});

/** What can be changed of a tenant: one of them at least. */
export const updateTenantBody = z
  .strictObject({ require_nonce: z.boolean().optional(), suspended: z.boolean().optional() })
  .refine((body) => Object.values(body).some((value) => value !== undefined), "names nothing to change")
  .meta({ id: "UpdateTenant", description: "The fields of a tenant to change", examples: [{ suspended: true }] });

export const createTenantBody = z
  .strictObject({ name: z.string().trim().min(1).max(255) })
  .meta({ id: "CreateTenant", description: "A tenant to create", examples: [{ name: "Acme" }] });

/** A signing key as its owner sees it; never its secret. */
export const keyView = z
  .object({
    id: uuid,
    key_id: text,
    name: text,
    scopes: z.array(text),
    created_at: iso,
    /** Set by a rotation: until then it signs beside its successor. */
    expires_at: iso.nullable(),
    /** To the minute. */
    last_used_at: iso.nullable(),
    status: z.enum(["active", "rotating", "expired", "revoked"]),
    /** Whether it signs only with a nonce. A service of the release before does not tell. */
    require_nonce: z.boolean().default(false),
  })
  .meta({
    id: "Key",
    description: "A signing key; never its secret",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        key_id: "key_7Hq2",
        name: "Backend",
        scopes: ["chat", "read"],
        created_at: "2026-11-01T10:00:00.000Z",
        expires_at: null,
        last_used_at: "2026-11-01T10:00:00.000Z",
        status: "active",
        require_nonce: false,
      },
    ],
  });

export type KeyView = z.infer<typeof keyView>;

/** Somebody who may answer visitors: a user, or the holder of a token. */
export const operatorView = z
  .object({
    id: uuid.describe("What `transfer` takes"),
    name: text.describe("Name of the user or token; the address of a user without a name"),
    role,
    me: z.boolean().describe("The caller"),
  })
  .meta({
    id: "Operator",
    description: "A possible assignee of escalations",
    examples: [{ id: "018f3a5e-7c1b-7d2e-8a4f-000000000003", name: "Grace", role: "operator", me: false }],
  });

/** A management token as its owner sees it; `hint` is its prefix and its last four characters. */
export const tokenView = z
  .object({
    id: uuid,
    name: text,
    role,
    hint: text,
    created_at: iso,
    last_used_at: iso.nullable(),
    status: z.enum(["active", "revoked"]),
  })
  .meta({
    id: "Token",
    description: "A management token; never the token itself",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        name: "Console",
        role: "admin",
        hint: "ak_…abcd",
        created_at: "2026-11-01T10:00:00.000Z",
        last_used_at: null,
        status: "active",
      },
    ],
  });

export type TokenView = z.infer<typeof tokenView>;

export const tenantView = z
  .object({
    id: uuid,
    name: text,
    created_at: iso,
    /** Whether all its keys sign only with a nonce. A service of the release before does not tell. */
    require_nonce: z.boolean().default(false),
    /** Since when nothing of it works; null = it works. A service of the release before does not tell. */
    suspended_at: iso.nullable().default(null),
  })
  .meta({
    id: "Tenant",
    description: "A tenant",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000001",
        name: "Acme",
        created_at: "2026-11-01T10:00:00.000Z",
        require_nonce: false,
        suspended_at: null,
      },
    ],
  });

export type TenantView = z.infer<typeof tenantView>;

export const createdToken = z.object({ id: z.uuid(), token: text, name: text, role }).meta({
  id: "CreatedToken",
  description: "A management token; shown only in this answer",
  examples: [{ id: "018f3a5e-7c1b-7d2e-8a4f-000000000003", token: "ak_x", name: "Console", role: "admin" }],
});

export const createdKey = z.object({ id: z.uuid(), key_id: text, secret: text }).meta({
  id: "CreatedKey",
  description: "A signing key with its secret; shown only in this answer",
  examples: [{ id: "018f3a5e-7c1b-7d2e-8a4f-000000000003", key_id: "key_7Hq2", secret: "s3cr3t" }],
});

export const createdTenant = z.object({ id: z.uuid(), name: text, admin_token: text }).meta({
  id: "CreatedTenant",
  description: "A tenant with its first owner token; shown only in this answer",
  examples: [{ id: "018f3a5e-7c1b-7d2e-8a4f-000000000001", name: "Acme", admin_token: "ak_x" }],
});
