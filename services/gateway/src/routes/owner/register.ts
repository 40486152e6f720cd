import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { guard } from "../../edge/callers/authenticate.js";
import { activateVersionRoute } from "./activate-version.js";
import { addKnowledgeRoute } from "./add-knowledge.js";
import { assignEscalationRoute, transferEscalationRoute } from "./assign-escalation.js";
import { bulkImportAgentsRoute } from "./bulk-import-agents.js";
import { bulkLinksRoute } from "./bulk-links.js";
import { clearCachesRoute } from "./clear-caches.js";
import { handBackEscalationRoute, resolveEscalationRoute } from "./close-escalation.js";
import { createAgentRoute } from "./create-agent.js";
import { createKeyRoute } from "./create-key.js";
import { createLinkRoute } from "./create-link.js";
import { createLinkTemplateRoute } from "./create-link-template.js";
import { createTenantRoute } from "./create-tenant.js";
import { createTokenRoute } from "./create-token.js";
import { createVersionRoute } from "./create-version.js";
import { createWebhookRoute } from "./create-webhook.js";
import { decideAccessRequestRoute } from "./decide-access-request.js";
import { deleteAgentRoute } from "./delete-agent.js";
import { deleteKeyRoute } from "./delete-key.js";
import { deleteKnowledgeRoute } from "./delete-knowledge.js";
import { deleteLinkRoute } from "./delete-link.js";
import { deleteLinkTemplateRoute } from "./delete-link-template.js";
import { deleteTokenRoute } from "./delete-token.js";
import { deleteWebhookRoute } from "./delete-webhook.js";
import { diffVersionsRoute } from "./diff-versions.js";
import { acceptYaml } from "./document-body.js";
import { dropDeadLetterRoute } from "./drop-dead-letter.js";
import { endOwnSessionRoute } from "./end-session.js";
import { exportAgentRoute } from "./export-agent.js";
import { extendSessionRoute } from "./extend-session.js";
import { getAccessPolicyRoute } from "./get-access-policy.js";
import { getAgentRoute } from "./get-agent.js";
import { getClientAddressRoute } from "./get-client-address.js";
import { getDeadLetterRoute } from "./get-dead-letter.js";
import { getKnowledgeRoute } from "./get-knowledge.js";
import { getLinkRoute } from "./get-link.js";
import { getLinkAnalyticsRoute } from "./get-link-analytics.js";
import { getLinkEmbedRoute } from "./get-link-embed.js";
import { getLinkQrRoute } from "./get-link-qr.js";
import { getLinkTemplateRoute } from "./get-link-template.js";
import { getOwnSessionRoute } from "./get-session.js";
import { getSessionFileRoute } from "./get-session-file.js";
import { getSessionTraceRoute } from "./get-session-trace.js";
import { getTranscriptRoute } from "./get-transcript.js";
import { getVersionRoute } from "./get-version.js";
import { getWebhookRoute } from "./get-webhook.js";
import { importAgentRoute } from "./import-agent.js";
import { listAccessRequestsRoute } from "./list-access-requests.js";
import { listAgentOverridesRoute } from "./list-agent-overrides.js";
import { listAgentsRoute } from "./list-agents.js";
import { listDeadLettersRoute } from "./list-dead-letters.js";
import { devMailRoute } from "./list-dev-mail.js";
import { listEscalationsRoute } from "./list-escalations.js";
import { listKeysRoute } from "./list-keys.js";
import { listKnowledgeRoute } from "./list-knowledge.js";
import { listLinkSessionsRoute } from "./list-link-sessions.js";
import { listLinkTemplatesRoute } from "./list-link-templates.js";
import { listLinksRoute } from "./list-links.js";
import { listSecurityEventsRoute } from "./list-security-events.js";
import { listSessionsRoute } from "./list-sessions.js";
import { listTenantsRoute } from "./list-tenants.js";
import { listTokensRoute } from "./list-tokens.js";
import { listVersionsRoute } from "./list-versions.js";
import { listWebhookDeliveriesRoute } from "./list-webhook-deliveries.js";
import { listWebhooksRoute } from "./list-webhooks.js";
import { redeliverWebhookRoute } from "./redeliver-webhook.js";
import { replayDeadLetterRoute } from "./replay-dead-letter.js";
import { replayVersionRoute } from "./replay-version.js";
import { replyEscalationRoute } from "./reply-escalation.js";
import { rotateActionSecretRoute } from "./rotate-action-secret.js";
import { rotateKeyRoute } from "./rotate-key.js";
import { rotateWebhookRoute } from "./rotate-webhook.js";
import { searchKnowledgeRoute } from "./search-knowledge.js";
import { sessionToTestRoute } from "./session-to-test.js";
import { setAccessPolicyRoute } from "./set-access-policy.js";
import { testVersionRoute } from "./test-version.js";
import { testWebhookRoute } from "./test-webhook.js";
import { typingEscalationRoute } from "./typing-escalation.js";
import { updateAgentRoute } from "./update-agent.js";
import { updateKeyRoute } from "./update-key.js";
import { updateLinkRoute } from "./update-link.js";
import { updateLinkTemplateRoute } from "./update-link-template.js";
import { updateTenantRoute } from "./update-tenant.js";
import { updateWebhookRoute } from "./update-webhook.js";
import { validateAgentRoute } from "./validate-agent.js";
import { watchSessionRoute } from "./watch-session.js";

const ROUTES = [
  clearCachesRoute,
  dropDeadLetterRoute,
  getClientAddressRoute,
  getDeadLetterRoute,
  listDeadLettersRoute,
  replayDeadLetterRoute,
  assignEscalationRoute,
  extendSessionRoute,
  handBackEscalationRoute,
  listEscalationsRoute,
  replyEscalationRoute,
  resolveEscalationRoute,
  transferEscalationRoute,
  typingEscalationRoute,
  watchSessionRoute,
  addKnowledgeRoute,
  deleteKnowledgeRoute,
  getKnowledgeRoute,
  listKnowledgeRoute,
  searchKnowledgeRoute,
  bulkImportAgentsRoute,
  deleteAgentRoute,
  diffVersionsRoute,
  getSessionTraceRoute,
  listAgentOverridesRoute,
  replayVersionRoute,
  sessionToTestRoute,
  testVersionRoute,
  updateAgentRoute,
  bulkLinksRoute,
  createLinkTemplateRoute,
  deleteLinkTemplateRoute,
  getLinkAnalyticsRoute,
  getLinkEmbedRoute,
  getLinkQrRoute,
  getLinkTemplateRoute,
  listLinkSessionsRoute,
  listLinkTemplatesRoute,
  updateLinkTemplateRoute,
  activateVersionRoute,
  createAgentRoute,
  createKeyRoute,
  createLinkRoute,
  createTenantRoute,
  createTokenRoute,
  createVersionRoute,
  decideAccessRequestRoute,
  deleteKeyRoute,
  deleteLinkRoute,
  deleteTokenRoute,
  devMailRoute,
  endOwnSessionRoute,
  exportAgentRoute,
  getAccessPolicyRoute,
  getAgentRoute,
  getLinkRoute,
  getOwnSessionRoute,
  getSessionFileRoute,
  getTranscriptRoute,
  getVersionRoute,
  importAgentRoute,
  listAccessRequestsRoute,
  listAgentsRoute,
  listKeysRoute,
  listTenantsRoute,
  listTokensRoute,
  listLinksRoute,
  listSecurityEventsRoute,
  listSessionsRoute,
  listVersionsRoute,
  rotateKeyRoute,
  setAccessPolicyRoute,
  updateKeyRoute,
  updateLinkRoute,
  updateTenantRoute,
  validateAgentRoute,
  createWebhookRoute,
  deleteWebhookRoute,
  getWebhookRoute,
  listWebhookDeliveriesRoute,
  listWebhooksRoute,
  redeliverWebhookRoute,
  rotateActionSecretRoute,
  rotateWebhookRoute,
  testWebhookRoute,
  updateWebhookRoute,
];

/** The management API: tokens with a role, or signed requests. */
export async function registerOwnerApi(app: HttpApp, context: GatewayContext): Promise<void> {
  guard(app, context, { surface: "management" });
  acceptYaml(app);
  for (const register of ROUTES) register(app, context);
}
