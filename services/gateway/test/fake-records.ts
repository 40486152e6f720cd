import { randomUUID } from "node:crypto";
import type { HistoryMessage, SessionView, TurnResult } from "@parley/contracts";
import type { FakeSession } from "./fake-sessions.js";

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
