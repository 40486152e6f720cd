import type { FileUploads, Link, LinkPolicy } from "@parley/contracts";
import type { AgentShown } from "./agents.js";
import { recipientText } from "./recipient-text.js";

/** One link as the repository reads it; `db_now` is the database's clock, the only one that decides on expiry. */
export interface LinkRow {
  id: string;
  tenant_id: string;
  agent_id: string;
  token_hint: string;
  title: string;
  description: string | null;
  welcome_message: string | null;
  agent_version: number | null;
  expires_at: Date | null;
  max_sessions: number;
  sessions_used: number;
  max_messages_per_session: number;
  session_timeout_minutes: number;
  rate_limit_per_minute: number;
  max_message_length: number;
  require_email: boolean;
  allowed_email_domains: string[];
  allowed_domains: string[];
  branding: Record<string, unknown>;
  chat_intent: string | null;
  system_prompt_override: string | null;
  initial_message: string | null;
  max_concurrent_sessions: number | null;
  intro: "none" | "agent";
  allowed_ips: string[];
  allowed_countries: string[];
  blocked_countries: string[];
  pin_set: boolean;
  consent_text: string | null;
  starters: string[];
  file_uploads: FileUploads;
  proof_of_work: "off" | "adaptive" | "always";
  retention_days: number | null;
  source_session_id: string | null;
  recipient: { name?: string; email?: string } | null;
  budget: LinkBudgetRow | null;
  friendly_errors: boolean;
  /** From the agent's access policy. */
  access_mode: LinkPolicy["access"];
  /** How the agent's people can be reached; null = not configured. Only for the link that a visitor uses. */
  people?: LinkPolicy["people"];
  metadata: Record<string, unknown>;
  is_active: boolean;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  last_used_at: Date | null;
  db_now: Date;
}

/** Limits and use of a link's budget; sums as numbers, exact enough to show. */
interface LinkBudgetRow {
  max_tokens: number | null;
  max_cost: number | null;
  hard: boolean;
  tokens_used: number;
  cost_used: number;
}

export interface LinkUsage {
  messages: number;
  sessions_active: number;
}

export type LinkStatus = "active" | "inactive" | "expired" | "full";

/** A disabled link is always `inactive`; an expired one is never shown as full. */
export function linkStatus(row: LinkRow): LinkStatus {
  if (!row.is_active) return "inactive";
  if (row.expires_at !== null && row.expires_at <= row.db_now) return "expired";
  return row.sessions_used >= row.max_sessions ? "full" : "active";
}

const time = (value: Date | null): string | null => value?.toISOString() ?? null;

/** The owner's view of a link (http-api.md, section 2): never the token, only its hint. */
export function ownerView(row: LinkRow, usage: LinkUsage): Link {
  return {
    id: row.id,
    agent_id: row.agent_id,
    token_hint: row.token_hint,
    status: linkStatus(row),
    title: row.title,
    description: row.description,
    welcome_message: row.welcome_message,
    agent_version: row.agent_version ?? "active",
    expires_at: time(row.expires_at),
    max_sessions: row.max_sessions,
    max_messages_per_session: row.max_messages_per_session,
    session_timeout_minutes: row.session_timeout_minutes,
    rate_limit_per_minute: row.rate_limit_per_minute,
    max_message_length: row.max_message_length,
    require_email: row.require_email,
    allowed_email_domains: row.allowed_email_domains,
    allowed_domains: row.allowed_domains,
    branding: row.branding,
    chat_intent: row.chat_intent,
    system_prompt_override: row.system_prompt_override,
    initial_message: row.initial_message,
    max_concurrent_sessions: row.max_concurrent_sessions,
    intro: row.intro,
    allowed_ips: row.allowed_ips,
    allowed_countries: row.allowed_countries,
    blocked_countries: row.blocked_countries,
    pin_required: row.pin_set,
    consent_text: row.consent_text,
    starters: row.starters,
    file_uploads: uploadsOf(row.file_uploads),
    proof_of_work: row.proof_of_work,
    retention_days: row.retention_days,
    source_session_id: row.source_session_id,
    recipient: row.recipient,
    budget: budgetView(row.budget),
    friendly_errors: row.friendly_errors,
    metadata: row.metadata,
    is_active: row.is_active,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    usage: {
      sessions_used: row.sessions_used,
      sessions_remaining: Math.max(0, row.max_sessions - row.sessions_used),
      sessions_active: usage.sessions_active,
      messages: usage.messages,
      last_used_at: time(row.last_used_at),
      tokens_used: row.budget?.tokens_used ?? null,
      cost_used: row.budget?.cost_used ?? null,
    },
  };
}

const budgetView = (budget: LinkBudgetRow | null): Link["budget"] =>
  budget === null || (budget.max_tokens === null && budget.max_cost === null)
    ? null
    : { max_tokens: budget.max_tokens, max_cost: budget.max_cost, hard: budget.hard };

/** Defaults for a link whose owner only enables uploads. */
const UPLOAD_DEFAULTS = {
  types: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"],
  maxBytes: 5_242_880,
  maxCount: 10,
};

const uploadsOf = (given: FileUploads): Required<FileUploads> => ({
  enabled: given.enabled === true,
  types: given.types ?? UPLOAD_DEFAULTS.types,
  max_bytes: given.max_bytes ?? UPLOAD_DEFAULTS.maxBytes,
  max_count: given.max_count ?? UPLOAD_DEFAULTS.maxCount,
});

/** What the gateway enforces and a session pins. */
export function policyOf(row: LinkRow, agent: AgentShown): LinkPolicy {
  const uploads = uploadsOf(row.file_uploads);
  return {
    id: row.id,
    tenantId: row.tenant_id,
    agentId: row.agent_id,
    agentName: agent.name,
    agentVersion: row.agent_version,
    title: row.title,
    description: row.description,
    welcomeMessage: recipientText(row.welcome_message, row.recipient),
    expiresAt: time(row.expires_at),
    maxSessions: row.max_sessions,
    sessionsUsed: row.sessions_used,
    maxMessagesPerSession: row.max_messages_per_session,
    sessionTimeoutMinutes: row.session_timeout_minutes,
    rateLimitPerMinute: row.rate_limit_per_minute,
    maxMessageLength: row.max_message_length,
    requireEmail: row.require_email || row.access_mode !== "open",
    allowedDomains: row.allowed_domains,
    branding: row.branding,
    friendlyErrors: row.friendly_errors,
    chatIntent: row.chat_intent,
    systemPromptOverride: row.system_prompt_override,
    initialMessage: recipientText(row.initial_message, row.recipient),
    maxConcurrentSessions: row.max_concurrent_sessions,
    introduction: row.intro === "agent" ? agent.description : null,
    allowedIps: row.allowed_ips,
    allowedCountries: row.allowed_countries,
    blockedCountries: row.blocked_countries,
    pinRequired: row.pin_set,
    consentText: row.consent_text,
    starters: row.starters,
    fileUploads: {
      enabled: uploads.enabled,
      types: uploads.types,
      maxBytes: uploads.max_bytes,
      maxCount: uploads.max_count,
    },
    proofOfWork: row.proof_of_work,
    recipient: row.recipient,
    access: row.access_mode,
    people: row.people ?? null,
    agentReady: row.agent_version !== null || agent.ready,
  };
}
