import { count, countOrNull, type Json, list, numberOrNull, oneOf, record, text, textOrNull } from "./reading.js";

/** What the management API tells, in the shape the pages use. */
export interface Agent {
  id: string;
  name: string;
  slug: string;
  description: string | null;
  activeVersion: number | null;
  updatedAt: string;
}

export interface Version {
  version: number;
  notes: string | null;
  active: boolean;
  contentHash: string;
  createdAt: string;
}

export const LINK_STATUSES = ["active", "inactive", "expired", "full"] as const;
export type LinkStatus = (typeof LINK_STATUSES)[number];

export interface Link {
  id: string;
  title: string;
  description: string | null;
  status: LinkStatus;
  isActive: boolean;
  tokenHint: string;
  agentVersion: number | null;
  expiresAt: string | null;
  maxSessions: number;
  maxMessages: number;
  timeoutMinutes: number;
  createdAt: string;
  sessionsUsed: number;
  sessionsActive: number;
  messages: number;
  lastUsedAt: string | null;
  /** Of links with a budget. */
  tokensUsed: number | null;
  costUsed: number | null;
  /** For whom it is, when it is for one person. */
  recipient: string | null;
  /** Everything its owner may set, as the API tells it. */
  settings: Json;
}

export const SESSION_STATUSES = ["active", "completed", "abandoned", "error"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export interface Session {
  id: string;
  conversationId: string;
  status: SessionStatus;
  nodeId: string;
  nodeName: string | null;
  turns: number;
  transitions: number;
  messages: number;
  remainingMessages: number | null;
  collected: Json;
  metadata: Json;
  agentId: string;
  agentVersion: number;
  linkId: string | null;
  createdAt: string;
  updatedAt: string;
  /** Since when the visitor waits for a person; null = they wait for none. */
  waitingSince: string | null;
  endedAt: string | null;
  endReason: string | null;
  expiresAt: string | null;
  /** When what was said and collected was removed; `usage`: what its turns had used by then. */
  purgedAt: string | null;
  usage: Json;
}

/** A finding about an agent document; the path leads into the document. */
export interface Issue {
  path: (string | number)[];
  code: string;
  message: string;
  severity: "error" | "warning";
}

export interface Imported {
  status: "created" | "updated" | "validated";
  agentId: string | null;
  version: number | null;
  active: boolean;
  issues: Issue[];
}

export interface SpokenMessage {
  /** The same for a message wherever it is told. */
  key: string;
  role: "user" | "assistant";
  content: string;
  nodeName: string | null;
  failed: boolean;
  /** Said by an operator; null = by the visitor or the agent. */
  human: { name: string | null } | null;
  createdAt: string;
}

export interface Transcript {
  /** Place of the live view behind what is told here. */
  lastEventId: string | null;
  messages: SpokenMessage[];
  truncated: boolean;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export const readPage =
  <T>(item: (value: unknown) => T) =>
  (body: unknown): Page<T> => {
    const page = record(body);
    return { data: list(page.data).map(item), nextCursor: textOrNull(page.next_cursor) };
  };

export function readAgent(value: unknown): Agent {
  const from = record(value);
  return {
    id: text(from.id),
    name: text(from.name),
    slug: text(from.slug),
    description: textOrNull(from.description),
    activeVersion: countOrNull(from.active_version),
    updatedAt: text(from.updated_at),
  };
}

export function readVersion(value: unknown): Version {
  const from = record(value);
  return {
    version: count(from.version),
    notes: textOrNull(from.notes),
    active: from.active === true,
    contentHash: text(from.content_hash),
    createdAt: text(from.created_at),
  };
}

export function readLink(value: unknown): Link {
  const from = record(value);
  const usage = record(from.usage);
  const recipient = record(from.recipient);
  return {
    id: text(from.id),
    title: text(from.title),
    description: textOrNull(from.description),
    status: oneOf(LINK_STATUSES, from.status),
    isActive: from.is_active === true,
    tokenHint: text(from.token_hint),
    agentVersion: countOrNull(from.agent_version),
    expiresAt: textOrNull(from.expires_at),
    maxSessions: count(from.max_sessions),
    maxMessages: count(from.max_messages_per_session),
    timeoutMinutes: count(from.session_timeout_minutes),
    createdAt: text(from.created_at),
    sessionsUsed: count(usage.sessions_used),
    sessionsActive: count(usage.sessions_active),
    messages: count(usage.messages),
    lastUsedAt: textOrNull(usage.last_used_at),
    tokensUsed: countOrNull(usage.tokens_used),
    costUsed: numberOrNull(usage.cost_used),
    recipient: textOrNull(recipient.name) ?? textOrNull(recipient.email),
    settings: from,
  };
}

export function readSession(value: unknown): Session {
  const from = record(value);
  return {
    id: text(from.session_id),
    conversationId: text(from.conversation_id),
    status: oneOf(SESSION_STATUSES, from.status),
    nodeId: text(from.node_id),
    nodeName: textOrNull(from.node_name),
    turns: count(from.turns),
    transitions: count(from.transition_count),
    messages: count(from.message_count),
    remainingMessages: countOrNull(from.remaining_messages),
    collected: record(from.collected_data),
    metadata: record(from.metadata),
    agentId: text(from.agent_id),
    agentVersion: count(from.agent_config_version),
    linkId: textOrNull(from.link_id),
    createdAt: text(from.created_at),
    updatedAt: text(from.updated_at),
    waitingSince: textOrNull(from.waiting_since),
    endedAt: textOrNull(from.ended_at),
    endReason: textOrNull(from.end_reason),
    expiresAt: textOrNull(from.expires_at),
    purgedAt: textOrNull(from.purged_at),
    usage: record(from.usage),
  };
}

export function readIssue(value: unknown): Issue {
  const from = record(value);
  const path = list(from.path).filter((part) => typeof part === "string" || typeof part === "number");
  return {
    path,
    code: text(from.code),
    message: text(from.message),
    severity: oneOf(["error", "warning"], from.severity),
  };
}

export function readValidated(value: unknown): { valid: boolean; issues: Issue[] } {
  const from = record(value);
  return { valid: from.valid === true, issues: list(from.issues).map(readIssue) };
}

export function readImported(value: unknown): Imported {
  const from = record(value);
  return {
    status: oneOf(["validated", "created", "updated"], from.status),
    agentId: textOrNull(from.agent_id),
    version: countOrNull(from.version),
    active: from.active === true,
    issues: list(from.issues).map(readIssue),
  };
}
