import type { ColumnType, Generated, JSONColumnType } from "kysely";

type Json = Record<string, unknown>;
/** timestamptz: read as Date, written as Date or ISO string. */
type Time = ColumnType<Date, Date | string, Date | string>;
type TimeOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Created = ColumnType<Date, Date | string | undefined, Date | string>;
type JsonColumn = JSONColumnType<Json, string | undefined, string>;

export interface TenantsTable {
  id: string;
  name: string;
  created_at: Created;
  require_nonce: Generated<boolean>;
}
export interface ApiTokensTable {
  id: string;
  tenant_id: string;
  token_id: string;
  token_hash: Buffer;
  token_hint: string;
  name: string;
  role: string;
  created_at: Created;
  last_used_at: TimeOrNull;
  revoked_at: TimeOrNull;
}
export interface ApiKeysTable {
  id: string;
  tenant_id: string;
  key_id: string;
  secret_sealed: string;
  name: string;
  scopes: Generated<string[]>;
  created_at: Created;
  last_used_at: TimeOrNull;
  expires_at: TimeOrNull;
  revoked_at: TimeOrNull;
  require_nonce: Generated<boolean>;
}
export interface AgentsTable {
  id: string;
  tenant_id: string;
  name: string;
  slug: string;
  description: string | null;
  active_version: number | null;
  latest_version: Generated<number>;
  created_at: Created;
  updated_at: Created;
  deleted_at: ColumnType<Date | null, never, Date | null>;
}
export interface AgentVersionsTable {
  agent_id: string;
  version: number;
  tenant_id: string;
  document: ColumnType<unknown, string, string>;
  content_hash: string;
  notes: string | null;
  created_at: Created;
}
export interface LinksTable {
  id: string;
  tenant_id: string;
  agent_id: string;
  token_id: string;
  token_hash: Buffer;
  token_hint: string;
  token_sealed: string | null;
  title: string;
  description: string | null;
  welcome_message: string | null;
  agent_version: number | null;
  expires_at: TimeOrNull;
  max_sessions: Generated<number>;
  sessions_used: Generated<number>;
  max_messages_per_session: Generated<number>;
  session_timeout_minutes: Generated<number>;
  rate_limit_per_minute: Generated<number>;
  max_message_length: Generated<number>;
  require_email: Generated<boolean>;
  allowed_domains: Generated<string[]>;
  branding: JsonColumn;
  chat_intent: string | null;
  system_prompt_override: string | null;
  initial_message: string | null;
  max_concurrent_sessions: number | null;
  intro: Generated<"none" | "agent">;
  allowed_ips: Generated<string[]>;
  allowed_countries: Generated<string[]>;
  blocked_countries: Generated<string[]>;
  pin_hash: string | null;
  consent_text: string | null;
  starters: Generated<string[]>;
  file_uploads: JsonColumn;
  proof_of_work: Generated<"off" | "adaptive" | "always">;
  retention_days: number | null;
  source_session_id: string | null;
  recipient: JSONColumnType<Json | null, string | null | undefined, string | null>;
  friendly_errors: Generated<boolean>;
  metadata: JsonColumn;
  is_active: Generated<boolean>;
  created_by: string;
  created_at: Created;
  updated_at: Created;
  last_used_at: TimeOrNull;
  expired_at: TimeOrNull;
  deleted_at: TimeOrNull;
}
export interface ConversationsTable {
  id: string;
  session_id: string;
  tenant_id: string;
  agent_id: string;
  agent_version: number;
  is_active_version: boolean;
  link_id: string | null;
  status: Generated<"active" | "completed" | "abandoned" | "error">;
  end_reason: string | null;
  state: ColumnType<unknown, string | null | undefined, string | null>;
  node_id: Generated<string>;
  node_name: string | null;
  node_entered_at: Created;
  collected_data: JsonColumn;
  total_turns: Generated<number>;
  total_transitions: Generated<number>;
  message_sequence: Generated<number>;
  participant: JsonColumn;
  participant_verified: Generated<boolean>;
  metadata: JsonColumn;
  link_policy: JsonColumn;
  max_messages: number | null;
  counted: Generated<boolean>;
  messages_used: Generated<number>;
  idle_timeout_seconds: Generated<number>;
  expires_at: TimeOrNull;
  next_seq: Generated<number>;
  done_seq: Generated<number>;
  lease_owner: string | null;
  lease_until: TimeOrNull;
  fence: Generated<string>;
  committed_fence: Generated<string>;
  epoch: Generated<number>;
  event_offset: Generated<number>;
  created_at: Created;
  updated_at: Created;
  ended_at: TimeOrNull;
  idle_check_at: Time;
}
export interface LinkSessionsTable {
  id: string;
  tenant_id: string;
  link_id: string;
  conversation_id: string;
  token_id: string;
  token_hash: Buffer;
  consent_at: TimeOrNull;
  created_at: Created;
  expires_at: TimeOrNull;
  ended_at: TimeOrNull;
}
export interface TurnsTable {
  conversation_id: string;
  seq: number;
  tenant_id: string;
  kind: "open" | "message";
  content: Generated<string>;
  client_message_id: string | null;
  idem_key: string | null;
  idem_fingerprint: string | null;
  reply_to: string | null;
  status: Generated<"pending" | "done" | "failed">;
  error_code: string | null;
  result: ColumnType<unknown, string | null | undefined, string | null>;
  trace: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: Created;
  done_at: TimeOrNull;
}
export interface MessagesTable {
  id: Generated<string>;
  conversation_id: string;
  tenant_id: string;
  sequence: number;
  turn_seq: number;
  role: "user" | "assistant";
  content: string;
  node_id: string | null;
  node_name: string | null;
  client_message_id: string | null;
  status: Generated<"done" | "failed">;
  created_at: Created;
}
export interface OutboxTable {
  id: Generated<string>;
  tenant_id: string;
  subject: string;
  key: string;
  payload: JsonColumn;
  created_at: Created;
  sent_at: TimeOrNull;
}
export interface IdempotencyKeysTable {
  tenant_id: string;
  scope: string;
  key: string;
  fingerprint: string;
  response: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: Created;
}
export interface MemoriesTable {
  tenant_id: string;
  agent_id: string;
  subject_hash: string;
  address_sealed: string;
  summary: string | null;
  notes: string | null;
  revision: Generated<number>;
  updated_at: Created;
}
export interface MemoryCursorsTable {
  conversation_id: string;
  tenant_id: string;
  summarised_through: number;
  updated_at: Created;
}

/** The tables as kysely knows them; SQL that is hot or spans services lives in `functions/`. */
export interface Database {
  tenants: TenantsTable;
  api_tokens: ApiTokensTable;
  api_keys: ApiKeysTable;
  agents: AgentsTable;
  agent_versions: AgentVersionsTable;
  temporary_chat_links: LinksTable;
  text_conversations: ConversationsTable;
  temporary_chat_sessions: LinkSessionsTable;
  session_turns: TurnsTable;
  text_conversation_messages: MessagesTable;
  outbox: OutboxTable;
  idempotency_keys: IdempotencyKeysTable;
  memories: MemoriesTable;
  memory_cursors: MemoryCursorsTable;
}
