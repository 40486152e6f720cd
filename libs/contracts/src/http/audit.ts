import { z } from "zod";
import { freeObject } from "../free-object.js";

/** Who acted, as they were then. */
export const auditActor = z.object({
  via: z.string().meta({ description: "token, hmac (a signing key) or user" }),
  id: z.string().meta({ description: "Id of the credentials or the user" }),
  role: z.string(),
  address: z.string().nullish().meta({ description: "Network address of the request" }),
});

export const auditEntry = z
  .object({
    seq: z.int().min(1).meta({ description: "Position in the tenant's chain, without gaps" }),
    id: z.uuid(),
    at: z.string(),
    actor: auditActor,
    action: z.string().meta({ description: "What was done to what: `link.updated`, `session.transcript.read`" }),
    target_type: z.string(),
    target_id: z.string().nullable(),
    request_id: z.string().nullable(),
    details: z
      .looseObject({
        before: freeObject.optional().describe("By column; without content and secrets"),
        after: freeObject.optional().describe("By column; without content and secrets"),
        other: z.array(z.string()).optional().describe("Other changed fields, by name only"),
      })
      .describe("Of a change what it changed; of other acts what belongs to them, such as `via` of a sign-in"),
    hash: z.string().meta({ description: "SHA-256 over the entry and the hash before it, hexadecimal" }),
  })
  .meta({
    id: "AuditEntry",
    description: "One recorded action in the tenant",
    examples: [
      {
        seq: 42,
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        at: "2026-11-01T10:00:00.000Z",
        actor: { via: "token", id: "018f3a5e-7c1b-7d2e-8a4f-000000000001", role: "admin", address: "192.0.2.7" },
        action: "link.updated",
        target_type: "link",
        target_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
        request_id: "req_4mzKc",
        details: { before: { is_active: true }, after: { is_active: false } },
        hash: "5f2b51ca2fdc5baa31ec02e002f69aec8b8b0dd1a7e3a2d8c7b8cdd7e2f1a9b0",
      },
    ],
  });
export type AuditEntryView = z.infer<typeof auditEntry>;

/** A line of an export: what its hash is made of stands beside the entry, so that it is verified without the server. */
export const auditLine = auditEntry.extend({
  previous_hash: z
    .string()
    .meta({ description: "The hash of the entry before it, hexadecimal; zeros before the first" }),
  hashed: z.string().meta({ description: "`hash` is SHA-256 over the bytes of `previous_hash` and this text" }),
});
export type AuditLine = z.infer<typeof auditLine>;

export const AUDIT_PROBLEMS = [
  "changed",
  "missing_before",
  "not_joined",
  "added",
  "cut_off",
  "seal_broken",
  "unlike_sealed",
] as const;

export const auditVerified = z
  .object({
    intact: z.boolean(),
    checked: z.int().meta({ description: "Entries whose hash was recomputed" }),
    sealed: z.int().meta({ description: "Seals compared with the chain" }),
    head: z
      .object({ seq: z.int(), hash: z.string() })
      .nullable()
      .meta({ description: "The newest entry; null without any" }),
    problems: z
      .array(z.object({ seq: z.int(), problem: z.enum(AUDIT_PROBLEMS) }))
      .meta({ description: "At most 100, in order" }),
    next_cursor: z.string().nullish().meta({
      description: "Where the next call continues; null = the end was reached",
    }),
  })
  .meta({
    id: "AuditVerified",
    description: "Whether anything in the chain was changed, removed, added or moved",
    examples: [
      {
        intact: false,
        checked: 4711,
        sealed: 12,
        head: { seq: 4711, hash: "5f2b51ca2fdc5baa31ec02e002f69aec8b8b0dd1a7e3a2d8c7b8cdd7e2f1a9b0" },
        problems: [{ seq: 17, problem: "changed" }],
        next_cursor: null,
      },
    ],
  });
export type AuditVerified = z.infer<typeof auditVerified>;
