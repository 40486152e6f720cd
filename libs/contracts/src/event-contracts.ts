import type { EventContract } from "./declare.js";
import { accessPolicyChanged, accessRequested } from "./messages/access.js";
import { agentDeleted, gateOverridden } from "./messages/agent-versions.js";
import { agentActivated } from "./messages/agents.js";
import { alertFired, alertRecovered } from "./messages/alerts.js";
import { cachesDropped } from "./messages/caches.js";
import { escalated, escalationAssigned, escalationResolved } from "./messages/escalations.js";
import { feedbackGiven } from "./messages/feedback.js";
import { linkCreated } from "./messages/link-owners.js";
import { credentialRevoked, linkRevoked, linkUpdated } from "./messages/links.js";
import { noteChanged } from "./messages/notes.js";
import { reviewChanged } from "./messages/reviews.js";
import { deliveryFailed, deliverySent } from "./messages/sending.js";
import { sessionEnded, sessionStarted } from "./messages/sessions.js";
import { sessionAnalyzed, webhookDisabled } from "./messages/webhooks.js";

const ALL: EventContract[] = [
  accessPolicyChanged,
  accessRequested,
  agentActivated,
  agentDeleted,
  cachesDropped,
  credentialRevoked,
  deliveryFailed,
  deliverySent,
  escalated,
  escalationAssigned,
  escalationResolved,
  feedbackGiven,
  gateOverridden,
  linkCreated,
  linkRevoked,
  linkUpdated,
  noteChanged,
  reviewChanged,
  sessionAnalyzed,
  sessionEnded,
  sessionStarted,
  webhookDisabled,
  alertFired,
  alertRecovered,
];

/** The event contract of a subject without its key: how the outbox relay finds the schema of a stored fact. */
export function eventContractOf(subject: string): EventContract | undefined {
  return ALL.find((contract) => contract.subject === subject);
}
