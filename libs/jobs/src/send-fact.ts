import {
  escalated,
  escalationAssigned,
  escalationResolved,
  eventContractOf,
  sessionEnded,
  sessionStarted,
} from "@parley/contracts";
import type { FactPublisher } from "@parley/db";
import type { Logger, Metrics } from "@parley/observability";

export interface OutboxRow {
  id: string;
  subject: string;
  key: string;
  payload: Record<string, unknown>;
}

export interface SendFactDeps {
  bus: FactPublisher;
  logger: Logger;
  metrics: Metrics;
}

/**
 * Publishes a row of the outbox under its id. Session outcomes are logged and counted here, because every transaction in which a
 * session begins, ends or requests a human writes its fact to the outbox.
 *
 * @returns sends one row; throws when the bus refuses it. A row that can never be sent counts as sent, and is logged.
 */
export function sendFact(deps: SendFactDeps) {
  const record = recordFact(deps);
  return async ({ id, subject, key, payload }: OutboxRow): Promise<void> => {
    const contract = eventContractOf(subject);
    if (contract === undefined) {
      // It must not block the others.
      deps.logger.error({ subject, outboxId: id }, "outbox.unknown_subject");
      return;
    }
    await deps.bus.publish(contract, payload, { key, msgId: id });
    record(subject, payload);
  };
}

function recordFact({ logger, metrics }: SendFactDeps) {
  const ended = metrics.counter("sessions_ended_total", "Sessions ended, by reason", ["reason"]);
  const opened = metrics.counter("escalations_opened_total", "Requests for a human, by who asked", ["source"]);
  const resolved = metrics.counter("escalations_resolved_total", "Requests for a human that are over", ["outcome"]);
  return (subject: string, payload: OutboxRow["payload"]): void => {
    // Only ids and the product's own terms; the assignee of an escalation would be a person's name.
    const { tenantId, sessionId, conversationId, escalationId } = payload;
    const [reason, source, outcome] = [payload.reason, payload.source, payload.outcome].map(String);
    switch (subject) {
      case sessionStarted.subject:
        logger.info({ tenantId, sessionId, conversationId }, "session.created");
        break;
      case sessionEnded.subject:
        ended.inc({ reason });
        logger.info({ tenantId, sessionId, conversationId, reason }, "session.ended");
        break;
      case escalated.subject:
        opened.inc({ source });
        logger.info({ tenantId, sessionId, escalationId, source }, "escalation.opened");
        break;
      case escalationAssigned.subject:
        logger.info({ tenantId, sessionId, escalationId }, "escalation.assigned");
        break;
      case escalationResolved.subject:
        resolved.inc({ outcome });
        logger.info({ tenantId, sessionId, escalationId, outcome }, "escalation.resolved");
        break;
    }
  };
}
