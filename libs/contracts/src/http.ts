import { z } from "zod";
import { emailAddress } from "./email-address.js";
import { metadata } from "./http/fields.js";

/** HTTP bodies. Management bodies are strict: an unknown field is a 422, so that a misspelt limit is never silently ignored. */
const codePoints = (text: string): number => [...text].length;

/** A character that shows; zero-width, control and filler characters alone are a blank text. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Text a visitor or a backend sends: NFC, 1–10,000 code points, not blank, no NUL. */
export const messageText = z
  .string()
  .meta({ minLength: 1, maxLength: 10_000 })
  .transform((text) => text.normalize("NFC"))
  .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
  .refine((text) => text.isWellFormed(), { message: "must not contain half a surrogate pair" })
  .refine((text) => VISIBLE.test(text), { message: "must not be blank" })
  .refine((text) => codePoints(text) <= 10_000, { message: "must have at most 10000 characters" });

const clientMessageId = z.string().min(1).max(128);
const participantFields = {
  email: emailAddress.optional(),
  name: z.string().max(200).optional(),
  identifier: z.string().max(200).optional(),
};

export const createSessionBody = z.strictObject({
  tenant_id: z.uuid(),
  /** Its id or its slug. */
  agent_id: z.string().min(1).max(255),
  version: z.number().int().min(1).max(2_147_483_647).optional(),
  metadata: metadata.optional(),
  /** A trusted backend vouches for this person; a known e-mail switches per-person memory on. */
  participant: z.strictObject(participantFields).optional(),
});

export const sendMessageBody = z.strictObject({ content: messageText, client_message_id: clientMessageId.optional() });

export const slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);
export const createAgentBody = z.strictObject({
  name: z.string().trim().min(1).max(255),
  description: z.string().max(1000).nullish(),
});
export const importAgentBody = z.strictObject({
  document: z.unknown(),
  dry_run: z.boolean().optional(),
  activate: z.boolean().optional(),
  notes: z.string().max(500).nullish(),
  /** Why it goes live although its tests are not green; admins and above. */
  override_reason: z.string().trim().min(1).max(1000).optional(),
});
export const validateAgentBody = z.strictObject({ document: z.unknown() });
export const createVersionBody = z.strictObject({ document: z.unknown(), notes: z.string().max(500).nullish() });

/** What opens a link's door, wherever a session begins: with the session, or with the first message. */
const entry = {
  consent: z.boolean().optional(),
  pin: z.string().max(64).optional(),
  /** Solution of `GET /api/public/challenge/{token}`. */
  proof: z.string().max(4096).optional(),
};
export const publicSessionBody = z.object({
  /** What a visitor, or the page they come from, says of them. Nothing of it is believed; it is kept with the session for its owner. */
  participant: z.object({ ...participantFields, metadata: metadata.optional() }).optional(),
  ...entry,
});
export const publicChatBody = z.object({
  message: messageText,
  session_token: z.string().max(128).optional(),
  client_message_id: clientMessageId.optional(),
  /** Ids of files that were uploaded to this session. */
  files: z.array(z.uuid()).max(10).optional(),
  ...entry,
});

/** Of any length within the body: whatever is no token of a link gets the one answer of every link that is not there. */
const linkTokenInBody = z.string();

/** As `verify/request` answered it; a browser may leave it to its cookie. */
export const verificationRequestId = z.string().regex(/^[A-Za-z0-9_-]{22,64}$/);
export const verifyRequestBody = z.object({
  token: linkTokenInBody,
  email: emailAddress,
  pin: entry.pin,
  proof: entry.proof,
  request_id: verificationRequestId.optional(),
});
export const verifyConfirmBody = z.object({
  token: linkTokenInBody,
  email: emailAddress,
  request_id: verificationRequestId.optional(),
  code: z.string().trim().max(32),
  consent: entry.consent,
});

/** Who may come in by the links of an agent. What is left out stays as it was; a list that is given replaces the old one. */
export const accessPolicyBody = z.strictObject({
  mode: z.enum(["open", "any_verified", "approval"]),
  /** Addresses that need no approval. */
  allowed_emails: z.array(emailAddress).max(1_000).optional(),
  links_enabled: z.boolean().optional(),
  /** Gets a mail about each new request. */
  notify_email: emailAddress.nullable().optional(),
});
export type AccessPolicyBody = z.infer<typeof accessPolicyBody>;

export const createTokenBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  role: z.enum(["owner", "admin", "editor", "operator", "viewer"]),
  tenant_id: z.uuid().optional(),
});
/** What a signing key may be given; the links service knows the role that each stands for. */
export const KEY_SCOPES = ["chat", "read", "write", "manage"] as const;
export const createKeyBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  scopes: z.array(z.enum(KEY_SCOPES)).max(KEY_SCOPES.length).optional(),
  require_nonce: z.boolean().optional(),
});
/** What can be changed of a signing key, and of a tenant. */
export const requireNonceBody = z.strictObject({ require_nonce: z.boolean() });
export const createTenantBody = z.strictObject({ name: z.string().trim().min(1).max(255) });
