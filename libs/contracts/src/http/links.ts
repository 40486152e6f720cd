import { z } from "zod";
import { allowedSite } from "../allowed-site.js";
import { branding } from "../branding.js";
import { emailAddress, normaliseDomain } from "../email-address.js";
import { metadata } from "./fields.js";

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

const text = z.string();
const count = z.int().min(0);

/** What a link may spend in all, as it is kept. */
const shownBudget = z.object({ max_tokens: z.int().nullable(), max_cost: z.number().nullable(), hard: z.boolean() });

const linkUsage = z.object({
  sessions_used: count,
  sessions_remaining: count,
  sessions_active: count,
  messages: count,
  last_used_at: text.nullable(),
  /** Of a link with a budget. */
  tokens_used: z.number().nullable(),
  cost_used: z.number().nullable(),
});

const linkMembers = z.object({
  id: z.uuid(),
  agent_id: z.uuid(),
  token_hint: text,
  status: z.enum(["active", "inactive", "expired", "full"]),
  title: text,
  description: text.nullable(),
  welcome_message: text.nullable(),
  agent_version: z.union([z.int(), z.literal("active")]),
  expires_at: text.nullable(),
  max_sessions: count,
  max_messages_per_session: count,
  session_timeout_minutes: count,
  rate_limit_per_minute: count,
  max_message_length: count,
  require_email: z.boolean(),
  allowed_email_domains: z.array(text),
  allowed_domains: z.array(text),
  branding: z.record(z.string(), z.unknown()),
  chat_intent: text.nullable(),
  system_prompt_override: text.nullable(),
  initial_message: text.nullable(),
  max_concurrent_sessions: z.int().nullable(),
  intro: z.enum(["none", "agent"]),
  allowed_ips: z.array(text),
  allowed_countries: z.array(text),
  blocked_countries: z.array(text),
  pin_required: z.boolean(),
  consent_text: text.nullable(),
  starters: z.array(text),
  file_uploads: z.object({ enabled: z.boolean(), types: z.array(text), max_bytes: z.int(), max_count: z.int() }),
  proof_of_work: z.enum(["off", "adaptive", "always"]),
  retention_days: z.int().nullable(),
  source_session_id: text.nullable(),
  recipient: z.object({ name: text.optional(), email: text.optional() }).nullable(),
  budget: shownBudget.nullable(),
  friendly_errors: z.boolean(),
  metadata: z.record(z.string(), z.unknown()),
  is_active: z.boolean(),
  created_by: text,
  created_at: text,
  updated_at: text,
  usage: linkUsage,
});
export type Link = z.output<typeof linkMembers>;
/** A public link as its owner sees it; never its token. Members of a later release pass. */
export const link = linkMembers.loose();
/** Only the answer that makes a link holds its token and its address. */
export const createdLink = link.extend({ token: text, url: text });
export const deletedLink = z.object({ deleted: z.literal(true), sessions_ended: count });
