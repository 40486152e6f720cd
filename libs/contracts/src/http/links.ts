import { z } from "zod";
import { storedBranding } from "../branding.js";
import { freeObject } from "../free-object.js";
import { linkFields } from "./link-fields.js";

const oneExpiry = (body: { expires_at?: unknown; expires_in_hours?: unknown }): boolean =>
  body.expires_at == null || body.expires_in_hours == null;
const twoExpiries = { message: "give expires_at or expires_in_hours, not both", path: ["expires_at"] };
export const updateLinkBody = z
  .strictObject(linkFields)
  .partial()
  .refine(oneExpiry, twoExpiries)
  .meta({ id: "UpdateLink", description: "The fields of a public link to change", examples: [{ is_active: false }] });
export const createLinkBody = z
  .strictObject({
    ...linkFields,
    /** Name or id of a template: its fields, overridden by those of this body. */
    template: z.string().min(1).max(100),
  })
  .partial()
  .refine(oneExpiry, twoExpiries)
  .meta({
    id: "CreateLink",
    description: "A public link to create; omitted fields take their defaults",
    examples: [{ title: "Talk to us", max_sessions: 100, expires_in_hours: 48 }],
  });
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
  branding: storedBranding,
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
  metadata: freeObject,
  is_active: z.boolean(),
  created_by: text,
  created_at: text,
  updated_at: text,
  usage: linkUsage,
});
export type Link = z.output<typeof linkMembers>;
const LINK_EXAMPLE = {
  id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
  token_hint: "pl_…abcd",
  status: "active",
  title: "Talk to us",
  description: null,
  welcome_message: "Hello!",
  agent_version: "active",
  expires_at: "2026-12-01T00:00:00.000Z",
  max_sessions: 10,
  max_messages_per_session: 50,
  session_timeout_minutes: 30,
  rate_limit_per_minute: 15,
  max_message_length: 4000,
  require_email: false,
  allowed_email_domains: [],
  allowed_domains: ["https://example.com"],
  branding: { name: "Desk" },
  chat_intent: null,
  system_prompt_override: null,
  initial_message: null,
  max_concurrent_sessions: null,
  intro: "none",
  allowed_ips: [],
  allowed_countries: ["DE"],
  blocked_countries: [],
  pin_required: true,
  consent_text: null,
  starters: ["Where is my order?"],
  file_uploads: { enabled: true, types: ["image/png"], max_bytes: 5242880, max_count: 10 },
  proof_of_work: "adaptive",
  retention_days: 90,
  source_session_id: null,
  recipient: { name: "Ada", email: "ada@example.com" },
  budget: { max_tokens: 100000, max_cost: null, hard: true },
  friendly_errors: true,
  metadata: { campaign: "spring" },
  is_active: true,
  created_by: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
  created_at: "2026-11-01T10:00:00.000Z",
  updated_at: "2026-11-01T10:00:00.000Z",
  usage: {
    sessions_used: 3,
    sessions_remaining: 7,
    sessions_active: 1,
    messages: 12,
    last_used_at: "2026-11-02T10:00:00.000Z",
    tokens_used: 1200,
    cost_used: 0.0042,
  },
};

/** A public link as its owner sees it; never its token. Members of a later release pass. */
export const link = linkMembers.loose().meta({
  id: "Link",
  description: "A public link as its owner sees it; never its token",
  examples: [LINK_EXAMPLE],
});
/** Only the answer that makes a link holds its token and its address. */
export const createdLink = link.extend({ token: text, url: text }).meta({
  id: "CreatedLink",
  description: "A public link with its token and address; shown only in this answer",
  examples: [
    {
      ...LINK_EXAMPLE,
      token: "pl_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      url: "https://chat.example.com/public/chat/pl_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    },
  ],
});
export const deletedLink = z.object({ deleted: z.literal(true), sessions_ended: count });

/** What to paste into pages of other sites. */
export const linkSnippets = z
  .object({
    widget: z.string().nullable(),
    iframe: z.string().nullable(),
    url: z.string(),
    /** Sites on which the snippets work; empty = list one first, then there are snippets. */
    allowed_domains: z.array(z.string()),
  })
  .meta({
    id: "LinkSnippets",
    description: "Snippets that embed a link; null while the link lists no site",
    examples: [
      {
        widget: '<script src="https://chat.example.com/widget.js" data-link="pl_…" async></script>',
        iframe: '<iframe src="https://chat.example.com/public/chat/pl_…" title="Front desk"></iframe>',
        url: "https://chat.example.com/public/chat/pl_…",
        allowed_domains: ["https://www.example.com"],
      },
    ],
  });
export type LinkSnippets = z.output<typeof linkSnippets>;
