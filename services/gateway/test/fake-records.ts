import { randomUUID } from "node:crypto";
import type { HistoryMessage, Link, SessionEvent, SessionView, TurnResult, TurnState } from "@parley/contracts";

export interface FakeSession {
  view: SessionView;
  events: SessionEvent[];
  history: HistoryMessage[];
  turns: Map<string, TurnState>;
  tokenId: string | null;
  epoch: number;
}

/** A link as the links service answers it. */
export function linkOf(id: string, agentId: string): Link {
  const now = new Date().toISOString();
  return {
    id,
    agent_id: agentId,
    token_hint: "pl_…abcd",
    status: "active",
    title: "Desk",
    description: null,
    welcome_message: null,
    agent_version: "active",
    expires_at: null,
    max_sessions: 100,
    max_messages_per_session: 50,
    session_timeout_minutes: 30,
    rate_limit_per_minute: 15,
    max_message_length: 4_000,
    require_email: false,
    allowed_email_domains: [],
    allowed_domains: [],
    branding: {},
    chat_intent: null,
    system_prompt_override: null,
    initial_message: null,
    max_concurrent_sessions: null,
    intro: "none",
    allowed_ips: [],
    allowed_countries: [],
    blocked_countries: [],
    pin_required: false,
    consent_text: null,
    starters: [],
    file_uploads: { enabled: false, types: [], max_bytes: 1, max_count: 1 },
    proof_of_work: "off",
    retention_days: null,
    source_session_id: null,
    recipient: null,
    budget: null,
    friendly_errors: true,
    metadata: {},
    is_active: true,
    created_by: "owner",
    created_at: now,
    updated_at: now,
    usage: {
      sessions_used: 0,
      sessions_remaining: 100,
      sessions_active: 0,
      messages: 0,
      last_used_at: null,
      tokens_used: null,
      cost_used: null,
    },
  };
}

export function viewOf(sessionId: string, tenantId: string, agentId: string, linkId: string | null): SessionView {
  const now = new Date().toISOString();
  return {
    session_id: sessionId,
    conversation_id: randomUUID(),
    status: "active",
    node_id: "chat",
    node_name: "Chat",
    turns: 0,
    transition_count: 0,
    collected_data: { first_name: "John" },
    created_at: now,
    updated_at: now,
    ended_at: null,
    end_reason: null,
    expires_at: null,
    remaining_messages: 9,
    message_count: 0,
    agent_config_version: 2,
    metadata: {},
    tenant_id: tenantId,
    agent_id: agentId,
    link_id: linkId,
    last_event_offset: 0,
    epoch: 1,
  };
}

export function historyOf(
  turnId: string,
  role: "user" | "assistant",
  content: string,
  sequence: number,
): HistoryMessage {
  const created_at = new Date().toISOString();
  const node = { node_id: "chat", node_name: "Chat" };
  return {
    id: randomUUID(),
    sequence,
    turn_id: turnId,
    role,
    content,
    ...node,
    client_message_id: null,
    status: "done",
    created_at,
  };
}

export function resultOf(turnId: string, response: string, session: FakeSession): TurnResult {
  const move = {
    from_node: "greeting",
    from_node_name: "Greeting",
    to_node: "chat",
    to_node_name: "Chat",
    condition: "always",
  };
  return {
    turn_id: turnId,
    kind: "message",
    response,
    messages: [{ node_id: "chat", node_name: "Chat", content: response }],
    node_id: "chat",
    node_name: "Chat",
    previous_node_id: "greeting",
    previous_node_name: "Greeting",
    transitions: [move],
    extracted_variables: { intent: "scheduling" },
    session_ended: false,
    turn_number: session.view.turns + 1,
    latency_ms: 5,
    usage: { input_tokens: 3, output_tokens: 2, cost: 0 },
    remaining_messages: 9,
  };
}
