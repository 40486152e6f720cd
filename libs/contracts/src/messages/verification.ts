import { z } from "zod";
import { rpc } from "../declare.js";
import { turnState } from "../turns.js";
import { participant, principal, sessionAccess } from "./callers.js";
import { linkPolicy } from "./links.js";

const uuid = z.uuid();
const iso = z.string();
const link = { tenantId: uuid, linkId: uuid };
/** BCP 47 tags, the most wished first. The language of the link's branding goes before them, English comes after. */
const languages = z.array(z.string()).optional();
/** Secret of the browser that asked for a code: the code can be tried with it alone. Absent = of a gateway that knows none yet. */
const requestId = z.string().optional();

/**
 * Sends a code to an address, if the link asks for one and allows it; the answer is the same either way. `email` is normalised. Too many
 * for the address, the link or the tenant: `rate_limited`. Idempotent by (request, key); without a key each call is another code.
 */
export const requestVerification = rpc(
  "links",
  "request_verification",
  "links",
  z.object({
    ...link,
    email: z.string(),
    languages,
    requestId,
    idempotencyKey: z.string().optional(),
  }),
  z.object({ expiresInSeconds: z.number().int(), replayed: z.boolean().optional() }),
);

/**
 * Confirms an address by its code and opens the conversation of (link, address). Gateway `replyTo` as in sessions' create.
 * `consent_required` before a try is taken; `access_pending` after the code was right: it is used up.
 */
export const confirmVerification = rpc(
  "links",
  "confirm_verification",
  "links",
  z.object({
    ...link,
    email: z.string(),
    code: z.string(),
    requestId,
    replyTo: z.string(),
    /** sha256 (hex) of the text that was agreed to. */
    consentHash: z.string().optional(),
    /** For the mail that tells of an approval. */
    languages,
  }),
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("verified"), sessionToken: z.string(), expiresAt: iso }),
    z.object({ status: z.literal("refused"), error: z.enum(["invalid_code", "code_expired"]) }),
  ]),
  8_000,
);

export const openedVerified = z.object({
  sessionId: z.string(),
  conversationId: uuid,
  /** `ps_…`, shown once. */
  sessionToken: z.string(),
  tokenExpiresAt: iso,
  expiresAt: iso.nullable(),
  remainingMessages: z.number().int().nullable(),
  createdAt: iso,
  reused: z.boolean(),
  turn: turnState,
});

/**
 * The conversation of a known person on a link: the living one, else a new one. Only links may vouch for somebody: for a confirmed
 * address, or for whom the embedding site names.
 */
export const openVerified = rpc(
  "sessions",
  "open_verified",
  "sessions",
  z.object({
    /** Confirmed by a code, or vouched for by the embedding site. */
    email: z.string().optional(),
    /** What else the embedding site says of them. */
    person: participant.omit({ email: true }).optional(),
    /** Keyed hash: of the address, the same for every link of the tenant; of who has none, of their name at the site and the link. */
    participantHash: z.string().min(1),
    link: linkPolicy,
    /** The link's consent text was agreed to. */
    consent: z.boolean().optional(),
    replyTo: z.string(),
  }),
  openedVerified,
);

/**
 * As `openVerified`, with the token of an earlier conversation as the proof; `verification_required` when it is of nobody who
 * confirmed an address. `afterLeaving`: only when the visitor ended the earlier one, else `session_ended`. The consent given
 * with the earlier token holds while the text is the same; else `consent_required` without `consent`.
 */
export const continueVerified = rpc(
  "sessions",
  "continue_verified",
  "sessions",
  z.object({
    access: sessionAccess,
    link: linkPolicy,
    afterLeaving: z.boolean(),
    consent: z.boolean().optional(),
    replyTo: z.string(),
  }),
  openedVerified,
);

/** Mails that were kept because no mail server is configured, newest first; `not_found` where one is. */
export const devMail = rpc(
  "links",
  "dev_mail",
  "links",
  z.object({ principal, limit: z.number().int() }),
  z.object({
    data: z.array(z.object({ id: z.string(), to: z.string(), subject: z.string(), text: z.string(), created_at: iso })),
  }),
);
