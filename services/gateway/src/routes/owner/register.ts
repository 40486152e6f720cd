import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { guard } from "../../edge/callers/authenticate.js";
import { accessRoutes } from "./access.js";
import { agentSecretRoutes } from "./agent-secrets.js";
import { agentRoutes } from "./agents.js";
import { alertRoutes } from "./alerts.js";
import { analyticsRoutes } from "./analytics.js";
import { auditRoutes } from "./audit.js";
import { deadLetterRoutes } from "./dead-letters.js";
import { demoWeekRoutes } from "./demo-week.js";
import { acceptYaml } from "./document-body.js";
import { draftRoutes } from "./drafts.js";
import { escalationRoutes } from "./escalations.js";
import { exportRoutes } from "./exports.js";
import { hostIdentityRoutes } from "./host-identity.js";
import { keyRotationRoutes } from "./key-rotation.js";
import { keyRoutes } from "./keys.js";
import { knowledgeRoutes } from "./knowledge.js";
import { linkAnalyticsRoutes } from "./link-analytics.js";
import { linkDeliveryRoutes } from "./link-deliveries.js";
import { linkSharingRoutes } from "./link-sharing.js";
import { linkTemplateRoutes } from "./link-templates.js";
import { linkRoutes } from "./links.js";
import { memoryRoutes } from "./memory.js";
import { messageTemplateRoutes } from "./message-templates.js";
import { noteRoutes } from "./notes.js";
import type { OwnerRoute } from "./owner-route.js";
import { peopleRoutes } from "./people.js";
import { privacyRoutes } from "./privacy.js";
import { privacyExportRoutes } from "./privacy-export.js";
import { pushRoutes } from "./push.js";
import { reviewRoutes } from "./reviews.js";
import { savedReplyRoutes } from "./saved-replies.js";
import { scheduleRoutes } from "./schedules.js";
import { securityEventRoutes } from "./security-events.js";
import { serverRoutes } from "./server.js";
import { sessionFileRoutes } from "./session-files.js";
import { sessionRoutes } from "./sessions.js";
import { settingRoutes } from "./settings.js";
import { suppressionRoutes } from "./suppressions.js";
import { tenantEventRoutes } from "./tenant-events.js";
import { tenantRoutes } from "./tenants.js";
import { tokenRoutes } from "./tokens.js";
import { userRoutes } from "./users.js";
import { versionRoutes } from "./versions.js";
import { webhookRoutes } from "./webhooks.js";

const ROUTES: readonly OwnerRoute[] = [
  ...agentRoutes,
  ...versionRoutes,
  ...agentSecretRoutes,
  ...draftRoutes,
  ...knowledgeRoutes,
  ...accessRoutes,
  ...linkRoutes,
  ...linkSharingRoutes,
  ...linkDeliveryRoutes,
  ...messageTemplateRoutes,
  ...suppressionRoutes,
  ...scheduleRoutes,
  ...hostIdentityRoutes,
  ...linkAnalyticsRoutes,
  ...analyticsRoutes,
  ...alertRoutes,
  ...linkTemplateRoutes,
  ...sessionRoutes,
  ...sessionFileRoutes,
  ...noteRoutes,
  ...reviewRoutes,
  ...savedReplyRoutes,
  ...tenantEventRoutes,
  ...exportRoutes,
  ...escalationRoutes,
  ...peopleRoutes,
  ...pushRoutes,
  ...memoryRoutes,
  ...privacyExportRoutes,
  ...webhookRoutes,
  ...userRoutes,
  ...tokenRoutes,
  ...keyRoutes,
  ...keyRotationRoutes,
  ...tenantRoutes,
  ...deadLetterRoutes,
  ...privacyRoutes,
  ...securityEventRoutes,
  ...auditRoutes,
  ...serverRoutes,
  ...settingRoutes,
  ...demoWeekRoutes,
];

/** The management API: tokens with a role, or signed requests. */
export async function registerOwnerApi(app: HttpApp, context: GatewayContext): Promise<void> {
  guard(app, context, { surface: "management" });
  acceptYaml(app);
  for (const route of ROUTES) route(app, context);
}
