import { z } from "zod";
import { allowedSite } from "./allowed-site.js";
import { branding } from "./branding.js";
import { emailAddress, normaliseDomain } from "./email-address.js";

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
  .refine((text) => !/\p{Cs}/u.test(text), { message: "must not contain half a surrogate pair" })
  .refine((text) => VISIBLE.test(text), { message: "must not be blank" })
  .refine((text) => codePoints(text) <= 10_000, { message: "must have at most 10000 characters" });

const metadata = z.record(z.string().max(128), z.unknown()).refine((value) => JSON.stringify(value).length <= 16_384, {
  message: "must be at most 16 KiB of JSON",
});
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

const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** What the database can hold as a time, whatever the offset. What is no time at all has its own message. */
const isKeepable = (text: string): boolean => !(Date.parse(text) <= 0 || Date.parse(text) > LAST_INSTANT);

const isDomain = (text: string): boolean => normaliseDomain(text) !== null;
/** ISO 3166-1 alpha-2, kept in capitals. */
const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, "must be a country code of two letters, like DE")
  .transform((code) => code.toUpperCase());
const cidr = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "must be an address or a network, like 203.0.113.0/24",
});

/** What a link may spend in all. Hard: a message that could go over is refused; else going over is told to the owner. */
export const linkBudget = z
  .strictObject({
    /** US dollars by the price table, kept to eight decimals. */
    max_cost: z.number().min(0.00000001).max(1_000_000).nullable(),
    max_tokens: z.number().int().min(1).max(1_000_000_000_000).nullable(),
    hard: z.boolean(),
  })
  .partial()
  .refine((budget) => budget.max_cost != null || budget.max_tokens != null, {
    message: "give max_cost or max_tokens",
  });
export const fileUploads = z
  .strictObject({
    enabled: z.boolean(),
    /** Media types, `image/*` style wildcards included. */
    types: z
      .array(
        z
          .string()
          .max(100)
          .regex(/^[a-z]+\/(\*|[a-z0-9.+-]+)$/, "must be a media type, like image/png or image/*"),
      )
      .max(30),
    max_bytes: z.number().int().min(1).max(10_485_760),
    /** Of one session. */
    max_count: z.number().int().min(1).max(100),
  })
  .partial();
export type FileUploads = z.infer<typeof fileUploads>;

/** Fields of a public link that an owner may set. Nested objects are given as a whole: a change replaces all of one. */
export const linkFields = {
  title: z.string().trim().min(1).max(200),
  description: z.string().max(1000).nullable(),
  welcome_message: z.string().max(2000).nullable(),
  expires_in_hours: z.number().min(0.01).max(87_600).nullable(),
  expires_at: z.iso
    .datetime({ offset: true })
    .refine(isKeepable, { message: "must be in the future and before the year 10000" })
    .nullable(),
  max_sessions: z.number().int().min(1).max(10_000),
  max_messages_per_session: z.number().int().min(1).max(1000),
  session_timeout_minutes: z.number().int().min(5).max(1440),
  rate_limit_per_minute: z.number().int().min(1).max(100),
  max_message_length: z.number().int().min(1).max(10_000),
  chat_intent: z.string().max(2000).nullable(),
  system_prompt_override: z.string().max(4000).nullable(),
  initial_message: z.string().max(2000).nullable(),
  /** Sites whose pages may use the link and frame its page; empty = any site without a cookie, framed by none. */
  allowed_domains: z.array(allowedSite).max(50),
  require_email: z.boolean(),
  /** Domains whose addresses get a code; empty = all. A domain does not include those below it. */
  allowed_email_domains: z.array(z.string().max(253).refine(isDomain, { message: "must be a domain" })).max(50),
  max_concurrent_sessions: z.number().int().min(1).max(10_000).nullable(),
  /** `agent`: the page introduces the agent with its description. */
  intro: z.enum(["none", "agent"]),
  /** Networks that may use the link; empty = all. */
  allowed_ips: z.array(cidr).max(200),
  allowed_countries: z.array(country).max(250),
  blocked_countries: z.array(country).max(250),
  /** Never shown again; null takes it away. */
  pin: z
    .string()
    .min(4)
    .max(64)
    .refine((pin) => pin.trim() !== "", { message: "must not be blank" })
    .nullable(),
  consent_text: z.string().max(4000).nullable(),
  budget: linkBudget.nullable(),
  /** Suggestions for a first message. */
  starters: z.array(z.string().trim().min(1).max(120)).max(6),
  file_uploads: fileUploads,
  proof_of_work: z.enum(["off", "adaptive", "always"]),
  /** Days a conversation is kept after its end. */
  retention_days: z.number().int().min(1).max(3650).nullable(),
  /** For whom the link is: their name greets them, and the page needs no other. */
  recipient: z
    .strictObject({ name: z.string().max(200), email: emailAddress })
    .partial()
    .nullable(),
  source_session_id: z.string().max(64).nullable(),
  branding,
  agent_version: z.union([z.number().int().min(1).max(2_147_483_647), z.literal("active")]),
  friendly_errors: z.boolean(),
  metadata,
  is_active: z.boolean(),
};
const oneExpiry = (body: { expires_at?: unknown; expires_in_hours?: unknown }): boolean =>
  body.expires_at == null || body.expires_in_hours == null;
const twoExpiries = { message: "give expires_at or expires_in_hours, not both", path: ["expires_at"] };
export const updateLinkBody = z.strictObject(linkFields).partial().refine(oneExpiry, twoExpiries);
export const createLinkBody = z
  .strictObject({
    ...linkFields,
    /** Name or id of a template: its fields, overridden by those of this body. */
    template: z.string().min(1).max(100),
  })
  .partial()
  .refine(oneExpiry, twoExpiries);
export type LinkBody = z.infer<typeof updateLinkBody>;

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
