import { z } from "zod";
import { allowedSite } from "../allowed-site.js";
import { branding } from "../branding.js";
import { emailAddress, normaliseDomain } from "../email-address.js";
import { codePoints, metadata } from "./fields.js";

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

/** At most so many characters, counted as messages count theirs. */
const upTo = (max: number, text = z.string()) =>
  text
    .meta({ maxLength: max })
    .refine((text) => codePoints(text) <= max, { message: `must have at most ${max} characters` });

/** Fields of a public link that an owner may set. Nested objects are given as a whole: a change replaces all of one. */
export const linkFields = {
  title: upTo(200, z.string().trim().min(1)),
  description: upTo(1000).nullable(),
  welcome_message: upTo(2000).nullable(),
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
  chat_intent: upTo(2000).nullable(),
  system_prompt_override: upTo(4000).nullable(),
  initial_message: upTo(2000).nullable(),
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
  consent_text: upTo(4000).nullable(),
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
