import { randomUUID } from "node:crypto";
import type { PostgresClient } from "@parley/local-servers";
import type { AnsweredTurn } from "../../services/agent-runner/src/runner/repository/commit-item.js";
import type { AcceptItem } from "../../services/sessions/src/accept/accept-item.js";
import { BENCH_AGENT } from "../stack/agent.js";

/** What the SQL of the product is given by a bench that starts no services. */
export interface BenchTenant {
  id: string;
  agent: string;
  link: string;
}

export interface BenchTurn {
  conversationId: string;
  fence: number;
  seq: number;
  createdAt: string;
}

/** A tenant with the agent of the bench and a link to it. */
export async function fill(owner: Pick<PostgresClient, "query">): Promise<BenchTenant> {
  const [tenant, agent, link] = [randomUUID(), randomUUID(), randomUUID()];
  await owner.query("insert into tenants (id, name) values ($1, 'bench')", [tenant]);
  await owner.query("insert into agents (id, tenant_id, name, slug) values ($1, $2, 'Bench', 'bench')", [
    ...[agent, tenant],
  ]);
  await owner.query(
    "insert into agent_versions (agent_id, version, tenant_id, document, content_hash) values ($1, 1, $2, $3, 'x')",
    [agent, tenant, JSON.stringify(BENCH_AGENT)],
  );
  await owner.query(
    `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions)
     values ($1, $2, $3, 'bench', '\\x00', 'x', 'Bench', 'bench', 1000000)`,
    [link, tenant, agent],
  );
  return { id: tenant, agent, link };
}

/** A visitor who comes through the link. */
export const openItem = (tenant: BenchTenant, id: string, tokenHash: Buffer): Record<string, unknown> => ({
  ...{ id, session_id: id, tenant_id: tenant.id, agent_id: tenant.agent, agent_version: 1, is_active_version: true },
  ...{ participant: {}, participant_verified: false, metadata: {}, idle_timeout_seconds: 1_800, reply_to: "bench" },
  ...{ idem_key: null, idem_fingerprint: null, signature: null, consent: false },
  link: {
    ...{ id: tenant.link, policy: {}, token_row_id: randomUUID(), token_id: id },
    token_hash: tokenHash.toString("hex"),
  },
});

export function itemOf(tenant: string, sessionId: string): AcceptItem {
  return {
    access: { tenant_id: tenant, session_id: sessionId, sends: true },
    ...{ content: "please move on, number 1", client_message_id: randomUUID(), files: [], idem_key: null },
    ...{ idem_fingerprint: null, signature: null, reply_to: "bench" },
  };
}

/** A turn as the runner commits it: one transition, one variable, one message. */
export function finishedTurn(tenant: string, { conversationId, fence, seq, createdAt }: BenchTurn): AnsweredTurn {
  const node = { node_id: "there", node_name: "There" };
  const message = { ...node, content: "Certainly, that is one short sentence." };
  const transition = {
    ...{ from_node: "here", from_node_name: "Here", to_node: "there", to_node_name: "There" },
    condition: "contains:move",
  };
  const usage = { input_tokens: 20, output_tokens: 8, cost: null };
  const call = {
    ...{ call_id: "1", type: "llm.reply", node_id: "there", latency_ms: 3, model: "fake", usage, failed: null },
    result: { text: message.content },
  };
  const turn: AnsweredTurn = {
    ...{ tenant_id: tenant, conversation_id: conversationId, fence, seq, kind: "message", lease_ms: 5_000 },
    ...{ failed: null, dead: null, ...node, node_changed: true, ended: false, turn_number: seq, notices: [] },
    user: { content: "please move on, number 1", client_message_id: null, files: null, created_at: createdAt },
    state: { v: 1, node: "there", variables: { place: "there" }, counters: {}, path: ["here", "there"] },
    ...{ messages: [message], transitions: [transition], variables: { place: "there" } },
    ...{ has_webhooks: false, finish_reason: "complete" },
    result: JSON.stringify({
      ...{ turn_id: `${conversationId}.${seq}`, kind: "message", response: message.content, messages: [message] },
      ...{ ...node, transitions: [transition], usage, previous_node_id: "here", previous_node_name: "Here" },
      ...{ extracted_variables: { place: "there" }, session_ended: false, turn_number: seq, latency_ms: 3 },
      remaining_messages: null,
    }),
    trace: JSON.stringify({ calls: [call], warnings: [], variable_nodes: { place: "there" } }),
  };
  return turn;
}
