import type { z } from "zod";
import type { EventContract } from "./declare.js";
import type { WEBHOOK_EVENTS } from "./http/webhooks.js";
import { alertFired, alertRecovered } from "./messages/alerts.js";
import { escalated, escalationAssigned, escalationResolved } from "./messages/escalations.js";
import { linkCreated } from "./messages/link-owners.js";
import { linkRevoked, linkUpdated } from "./messages/links.js";
import { deliveryFailed, deliverySent } from "./messages/sending.js";
import { sessionEnded, sessionStarted } from "./messages/sessions.js";
import { sessionAnalyzed, webhookDisabled } from "./messages/webhooks.js";

/** How receivers of webhooks hear of a fact on the bus. */
export interface WebhookFact {
  subject: string;
  type: (typeof WEBHOOK_EVENTS)[number];
  /** Public name → member of the fact: what a payload tells beside the session or link of the fact. */
  members: Record<string, string>;
  /** The members stand below this name, where they cannot hide those of the session. */
  under?: string;
}

function told<S extends z.ZodType>(
  fact: EventContract<S>,
  type: WebhookFact["type"],
  members: Record<string, keyof z.infer<S> & string> = {},
): WebhookFact {
  return { subject: fact.subject, type, members };
}

const OF_ESCALATION = {
  escalation_id: "escalationId",
  status: "status",
  source: "source",
  assigned_to: "assignedTo",
  outcome: "outcome",
} as const;

const OF_DELIVERY = { delivery_id: "deliveryId", recipient_id: "recipientId" } as const;

const OF_ALERT = {
  alert_id: "alertId",
  firing_id: "firingId",
  kind: "kind",
  agent_id: "agentId",
  link_id: "linkId",
  webhook_id: "webhookId",
  value: "value",
  threshold: "threshold",
  test: "test",
} as const;

/**
 * The one declaration of public names for facts: `npm run docs:generate` makes `webhook_fact.sql` of it. `message.completed` is no
 * fact on the bus: the commit of a turn delivers it (`deliver_message.sql`).
 */
export const WEBHOOK_FACTS: readonly WebhookFact[] = [
  told(sessionStarted, "session.started"),
  told(sessionEnded, "session.ended", { reason: "reason" }),
  told(sessionAnalyzed, "session.analyzed"),
  { ...told(escalated, "escalation.opened", OF_ESCALATION), under: "escalation" },
  { ...told(escalationAssigned, "escalation.assigned", OF_ESCALATION), under: "escalation" },
  { ...told(escalationResolved, "escalation.resolved", OF_ESCALATION), under: "escalation" },
  told(linkCreated, "link.created"),
  told(linkUpdated, "link.updated"),
  told(linkRevoked, "link.revoked"),
  told(deliverySent, "delivery.sent", OF_DELIVERY),
  told(deliveryFailed, "delivery.failed", OF_DELIVERY),
  told(webhookDisabled, "webhook.disabled", { webhook_id: "webhookId", agent_id: "agentId", reason: "reason" }),
  { ...told(alertFired, "alert.fired", OF_ALERT), under: "alert" },
  { ...told(alertRecovered, "alert.recovered", OF_ALERT), under: "alert" },
];
