import { withPostgresClient } from "@parley/local-servers";
import { type FreshDatabase, freshDatabase } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";

/** What an erasure does with each table of a tenant; docs/adr/0057 says why. */
const DECIDED: Record<string, "emptied" | "kept: of the team" | "kept: numbers and ids"> = {
  action_webhook_secrets: "kept: of the team",
  agent_access_addresses: "emptied",
  agent_access_policies: "kept: of the team",
  agent_access_requests: "emptied",
  agent_drafts: "kept: of the team",
  agent_gate_overrides: "kept: of the team",
  agent_people: "kept: of the team",
  agent_secrets: "kept: of the team",
  agent_test_results: "kept: of the team",
  agent_versions: "kept: of the team",
  agents: "kept: of the team",
  alert_firings: "kept: numbers and ids",
  alerts: "kept: of the team",
  analytics_deltas: "kept: numbers and ids",
  analytics_due: "kept: numbers and ids",
  analytics_rollups: "kept: numbers and ids",
  analytics_sessions: "kept: numbers and ids",
  api_keys: "kept: of the team",
  api_tokens: "kept: of the team",
  audit_entries: "kept: of the team",
  audit_heads: "kept: of the team",
  audit_seals: "kept: of the team",
  budget_reservations: "emptied",
  dead_turns: "emptied",
  demo_secrets: "kept: of the team",
  dev_mail: "emptied",
  erasure_sessions: "kept: numbers and ids",
  erasures: "kept: numbers and ids",
  escalations: "emptied",
  idempotency_keys: "emptied",
  knowledge_chunks: "kept: of the team",
  knowledge_documents: "kept: of the team",
  knowledge_ingestions: "kept: of the team",
  knowledge_uploads: "emptied",
  link_budgets: "kept: numbers and ids",
  link_identities: "kept: of the team",
  link_addresses: "kept: numbers and ids",
  link_pin_tries: "kept: numbers and ids",
  link_templates: "emptied",
  link_verifications: "emptied",
  memories: "emptied",
  memory_revisions: "emptied",
  memory_cursors: "kept: numbers and ids",
  message_ratings: "emptied",
  message_templates: "kept: of the team",
  notices: "emptied",
  outbox: "emptied",
  push_subscriptions: "kept: of the team",
  saved_replies: "kept: of the team",
  schedule_recipients: "emptied",
  schedule_runs: "kept: numbers and ids",
  schedules: "emptied",
  security_events: "emptied",
  send_out_recipients: "emptied",
  send_outs: "emptied",
  session_analyses: "emptied",
  session_digests: "emptied",
  session_events: "emptied",
  session_feedback: "emptied",
  session_file_chunks: "emptied",
  session_files: "emptied",
  session_notes: "emptied",
  session_reviews: "emptied",
  session_turns: "emptied",
  sign_in_links: "kept: of the team",
  suppressions: "emptied",
  temporary_chat_links: "emptied",
  temporary_chat_sessions: "kept: numbers and ids",
  text_conversation_messages: "emptied",
  text_conversations: "emptied",
  user_sessions: "kept: of the team",
  users: "kept: of the team",
  webhook_deliveries: "emptied",
  webhook_endpoints: "kept: of the team",
};

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

it("every table of a tenant has a decision on erasure", async () => {
  const names = await withPostgresClient(database.adminUrl, async (owner) => {
    const { rows } = await owner.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
       where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`,
    );
    return rows.map(({ name }) => name);
  });
  // A new table must be decided on: what it holds of a visitor goes in a step of services/cleanup/src/erasure.
  expect(names).toEqual(Object.keys(DECIDED).sort());
});
