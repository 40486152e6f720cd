import { actionSecretAad, agentDraftAad, agentSecretAad, documentAad } from "@parley/secrets";

/** A row with a sealed value: its tenant, its primary key, and further columns that the value is bound to. */
export interface SealedRow {
  tenant: string;
  row_key: Record<string, unknown>;
  more: string | null;
}

/**
 * What the values of each column are bound to, as in the code that seals them (`aad` of `Secrets.seal`). The rotation reports a column
 * that is not listed, or is bound differently, as unreadable; a test rotates a value of each.
 */
export const BOUND_TO: Readonly<Record<string, (row: SealedRow) => string>> = {
  "action_webhook_secrets.previous_secret_sealed": ({ tenant }) => actionSecretAad(tenant),
  "action_webhook_secrets.secret_sealed": ({ tenant }) => actionSecretAad(tenant),
  "agent_access_addresses.address_sealed": ({ tenant, row_key }) => `agent_access:${tenant}:${row_key.agent_id}`,
  "agent_access_policies.notify_email_sealed": ({ tenant, row_key }) => `agent_access:${tenant}:${row_key.agent_id}`,
  "agent_access_requests.address_sealed": ({ tenant, more }) => `agent_access:${tenant}:${more}`,
  "agent_drafts.text_sealed": ({ tenant, row_key }) =>
    agentDraftAad({ tenantId: tenant, agentId: String(row_key.agent_id), author: String(row_key.author) }),
  "agent_people.settings": ({ row_key }) => `people:${row_key.agent_id}`,
  "agent_secrets.value_sealed": ({ tenant, row_key }) =>
    agentSecretAad({ tenantId: tenant, agentId: String(row_key.agent_id), name: String(row_key.name) }),
  "agent_versions.document": ({ tenant }) => documentAad(tenant),
  "alerts.targets": ({ row_key }) => `alert:${row_key.id}`,
  "api_keys.secret_sealed": ({ tenant, row_key }) => `api_keys:${tenant}:${row_key.id}`,
  "audit_seals.hash_sealed": ({ tenant, row_key }) => `audit:${tenant}:${row_key.seq}`,
  "demo_secrets.sealed": ({ tenant, row_key }) => `demo_secrets:${tenant}:${row_key.name}`,
  "erasures.subject_sealed": ({ tenant, row_key }) => `erasure:${tenant}:${row_key.id}`,
  "escalations.answer_to": ({ row_key }) => `answer:${row_key.id}`,
  "idempotency_keys.response": ({ tenant, row_key, more }) =>
    more === null ? `${tenant}:${row_key.scope}:${row_key.key}` : `session-token:${tenant}:${more}`,
  "link_identities.previous_secret_sealed": ({ tenant, row_key }) => `link_identities:${tenant}:${row_key.link_id}`,
  "link_identities.secret_sealed": ({ tenant, row_key }) => `link_identities:${tenant}:${row_key.link_id}`,
  "memories.address_sealed": ({ tenant, row_key }) => `memories:${tenant}:${row_key.agent_id}:${row_key.subject_hash}`,
  "notices.target_sealed": ({ more }) => String(more),
  "push_subscriptions.subscription_sealed": ({ tenant, row_key }) => `push:${tenant}:${row_key.id}`,
  "schedule_recipients.address_sealed": ({ tenant, row_key }) =>
    `schedule:${tenant}:${row_key.schedule_id}:${row_key.address_hash}`,
  "send_out_recipients.address_sealed": ({ tenant, row_key }) => `recipient:${tenant}:${row_key.id}`,
  "suppressions.address_sealed": ({ tenant, row_key }) => `suppression:${tenant}:${row_key.address_hash}`,
  "temporary_chat_links.token_sealed": ({ tenant, row_key }) => `link-token:${tenant}:${row_key.id}`,
  "webhook_deliveries.data_sealed": ({ tenant, row_key }) => `webhook-payload:${tenant}:${row_key.id}`,
  "webhook_endpoints.previous_secret_sealed": ({ tenant, row_key }) => `webhook:${tenant}:${row_key.id}`,
  "webhook_endpoints.secret_sealed": ({ tenant, row_key }) => `webhook:${tenant}:${row_key.id}`,
  "webhook_endpoints.settings": ({ tenant }) => documentAad(tenant),
};

/** Columns in the order in which they are processed. */
export const PLACES = Object.keys(BOUND_TO).sort();
