import { z } from "zod";
import { rpc } from "../declare.js";
import { securityEventKind } from "../http/security-events.js";
import { principal, sessionAccess } from "./callers.js";

const uuid = z.uuid();

/** One thing that happened `count` times. No text, no address: the client is a keyed hash, the country two letters. */
export const securityEvent = z.object({
  tenantId: uuid,
  linkId: uuid.nullable(),
  kind: securityEventKind,
  /** Which limit or rule; a name from a fixed list. */
  scope: z.string().max(64).nullable(),
  country: z.string().length(2).nullable(),
  addressHash: z.string().max(64).nullable(),
  sessionId: z.string().max(64).nullable(),
  count: z.int().min(1),
  at: z.iso.datetime(),
});

export type SecurityEventNote = z.infer<typeof securityEvent>;

/** Keeps a batch; what names no link or tenant that exists is dropped. Not idempotent: events are counts, a lost answer loses or doubles one. */
export const noteSecurity = rpc(
  "links",
  "note_security",
  "links",
  z.object({ events: z.array(securityEvent).min(1).max(500) }),
  z.object({ noted: z.int() }),
);

/** Newest first. A read. */
export const listSecurityEvents = rpc(
  "links",
  "list_security_events",
  "links",
  z.object({
    principal,
    linkId: uuid.optional(),
    kind: securityEventKind.optional(),
    days: z.int().min(1).max(400),
    limit: z.int().min(1).max(200),
    cursor: z.string().optional(),
  }),
  z.object({
    data: z.array(
      z.object({
        id: uuid,
        link_id: uuid.nullable(),
        kind: securityEventKind,
        scope: z.string().nullable(),
        country: z.string().nullable(),
        address_hash: z.string().nullable(),
        session_id: z.string().nullable(),
        count: z.int(),
        at: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
);

/**
 * Who a session token stands for: a pseudonym shared by all devices of one confirmed address, null for an anonymous visitor.
 * `participantHash` as in `openVerified`.
 */
export const tokenSubject = rpc(
  "sessions",
  "token_subject",
  "sessions",
  z.object({ access: sessionAccess }),
  z.object({
    subject: z.string().nullable(),
    sessionId: z.string(),
    participantHash: z.string().nullable().optional(),
  }),
);
