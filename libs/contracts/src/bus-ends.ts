import type { EventContract, LiveContract, RpcContract, WorkContract } from "./declare.js";
import { accessPolicyChanged, accessRequested } from "./messages/access.js";
import { agentDeleted } from "./messages/agent-versions.js";
import { agentActivated, getAgent, importAgent, resolveAgent } from "./messages/agents.js";
import { cachesDropped } from "./messages/caches.js";
import { dueSoon } from "./messages/due-soon.js";
import { escalated, escalationAssigned, escalationResolved } from "./messages/escalations.js";
import { exportRecords } from "./messages/exports.js";
import { presenceTold } from "./messages/facts.js";
import { feedbackGiven, turnStopLive } from "./messages/feedback.js";
import { sessionsFollowed } from "./messages/following.js";
import { retrieve } from "./messages/knowledge.js";
import { linkCreated } from "./messages/link-owners.js";
import { credentialRevoked, deleteLink, linkRevoked, linkUpdated } from "./messages/links.js";
import { recall } from "./messages/memory.js";
import { noteChanged } from "./messages/notes.js";
import { contentRemoved } from "./messages/retention.js";
import { reviewChanged } from "./messages/reviews.js";
import { noteSecurity, tokenSubject } from "./messages/security.js";
import { deliveryFailed, deliverySent } from "./messages/sending.js";
import { getSession, sessionEnded, sessionStarted } from "./messages/sessions.js";

import { runTurns, turnResultLive } from "./messages/turns.js";
import { openVerified } from "./messages/verification.js";
import { sessionAnalyzed, webhookDisabled } from "./messages/webhooks.js";

export type Contract = RpcContract | WorkContract | EventContract | LiveContract;

/** The services; each is a user of the bus. */
export const SERVICES = ["gateway", "links", "sessions", "agent-runner", "memory", "cleanup"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Who may send a message, and who receives it. The users of the bus are allowed just this. */
export interface Ends {
  from: readonly ServiceName[];
  to: readonly ServiceName[];
}

/** Calls that other services make than the gateway alone, which makes every call that is not named here. */
const CALLERS = new Map<Contract, ServiceName[]>([
  [deleteLink, ["agent-runner", "gateway"]],
  [exportRecords, ["cleanup", "gateway"]],
  [getAgent, ["gateway", "links", "sessions"]],
  [getSession, ["gateway", "links"]],
  [importAgent, ["gateway", "links"]],
  [noteSecurity, ["agent-runner", "gateway"]],
  [openVerified, ["links"]],
  [recall, ["agent-runner"]],
  [resolveAgent, ["links", "sessions"]],
  [retrieve, ["agent-runner"]],
  [tokenSubject, ["gateway", "links"]],
]);

/** Senders other than the service whose domain the subject names. */
const SENDERS = new Map<Contract, ServiceName[]>([
  [cachesDropped, ["gateway"]],
  [contentRemoved, ["cleanup"]],
  [dueSoon, ["agent-runner"]],
  [runTurns, ["cleanup", "sessions"]],
  [turnStopLive, ["sessions"]],
]);

/** Receivers of facts and live messages; a fact that is not named here is kept for webhooks and for later. */
const RECEIVERS = new Map<Contract, ServiceName[]>([
  ...[accessRequested, deliveryFailed, deliverySent, escalated, escalationAssigned, escalationResolved].map(
    (fact): [Contract, ServiceName[]] => [fact, ["gateway"]],
  ),
  ...[feedbackGiven, noteChanged, presenceTold, reviewChanged, sessionAnalyzed, sessionStarted].map(
    (fact): [Contract, ServiceName[]] => [fact, ["gateway"]],
  ),
  [accessPolicyChanged, ["gateway"]],
  [webhookDisabled, ["gateway"]],
  [agentActivated, ["agent-runner", "gateway", "sessions"]],
  [agentDeleted, ["agent-runner", "gateway"]],
  [cachesDropped, ["agent-runner", "gateway", "sessions"]],
  [contentRemoved, ["gateway"]],
  [credentialRevoked, ["gateway"]],
  [dueSoon, ["cleanup"]],
  [linkCreated, ["cleanup", "gateway"]],
  [linkRevoked, ["gateway"]],
  [linkUpdated, ["cleanup", "gateway"]],
  [sessionEnded, ["gateway"]],
  [sessionsFollowed, ["agent-runner", "sessions"]],
  [turnResultLive, ["gateway"]],
  [turnStopLive, ["agent-runner"]],
]);

/** They send what waits in the outbox, whichever service wrote it. */
const RELAYS: readonly ServiceName[] = ["agent-runner", "cleanup", "sessions"];

const OWNERS: Record<string, ServiceName> = { agents: "agent-runner", turns: "agent-runner" };

/** Both ends of a message. Throws for a subject whose domain is no service. */
export function endsOf(contract: Contract): Ends {
  const owner = ownerOf(contract);
  const from = SENDERS.get(contract) ?? [owner];
  const to = RECEIVERS.get(contract) ?? [];
  switch (contract.kind) {
    case "rpc":
      return { from: CALLERS.get(contract) ?? ["gateway"], to: [owner] };
    case "work":
      return { from, to: [serviceNamed(contract.service, contract.subject)] };
    case "event":
      return { from: [...new Set([...from, ...RELAYS])], to };
    case "live":
      return { from, to };
  }
}

function ownerOf({ subject }: Contract): ServiceName {
  const [domain = ""] = subject.split(".", 1);
  return OWNERS[domain] ?? serviceNamed(domain, subject);
}

function serviceNamed(name: string, subject: string): ServiceName {
  const service = SERVICES.find((known) => known === name);
  if (service === undefined) throw new Error(`${subject} belongs to no service`);
  return service;
}
