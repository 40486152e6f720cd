import { z } from "zod";
import { rpc } from "../declare.js";
import { auditEntry, auditLine, auditVerified } from "../http/audit.js";
import { principal } from "./callers.js";

/** What an entry says was done; the rest of it is who called and when. */
export const act = z.object({
  action: z.string().max(100),
  targetType: z.string().max(50),
  targetId: z.string().max(300).nullable(),
});
export type Act = z.infer<typeof act>;

/**
 * Writes that somebody reads or does something that leaves no changed row behind. Called before it is done: what cannot be written is not
 * done. Each call is an entry.
 */
export const recordAct = rpc("links", "record_act", "links", act.extend({ principal }), z.object({}), 3_000);

/** Newest first, or with `after` the oldest ones after that place. A read. Admins. */
export const listAudit = rpc(
  "links",
  "list_audit",
  "links",
  z.object({
    principal,
    action: z.string().optional(),
    actorId: z.string().optional(),
    targetType: z.string().optional(),
    targetId: z.string().optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    /** Entries in the order of the chain from behind this place on, in place of the newest. */
    after: z.int().optional(),
    limit: z.int().min(1).max(1_000),
    cursor: z.string().optional(),
    /** With what the hashes are made of. */
    proof: z.boolean().optional(),
  }),
  z.object({
    data: z.array(auditEntry.extend(auditLine.pick({ previous_hash: true, hashed: true }).partial().shape)),
    nextCursor: z.string().nullable(),
  }),
);

/** Computes the chain of the tenant again, some seconds long from the cursor on. A read. Admins. Throws `validation_failed`. */
export const verifyAudit = rpc(
  "links",
  "verify_audit",
  "links",
  z.object({ principal, cursor: z.string().optional() }),
  auditVerified,
  30_000,
);
