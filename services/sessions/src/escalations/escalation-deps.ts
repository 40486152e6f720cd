import type { SessionEvent } from "@parley/contracts";
import type { Outbox } from "@parley/jobs";
import type { createWake } from "../accept/wake.js";
import type { SessionsDeps } from "../deps.js";
import type { SessionRepository } from "../history/repository.js";
import type { Changed, EscalationRepository } from "./repository.js";

export interface EscalationDeps extends SessionsDeps {
  escalations: EscalationRepository;
  repository: SessionRepository;
  relay: Outbox;
  wake: ReturnType<typeof createWake>;
}

/** Notifies readers and triggers the outbox after the commit. Both are losable: log and outbox store everything. */
export function tell(deps: Pick<EscalationDeps, "redis" | "relay">, sessionId: string, events: SessionEvent[]): void {
  deps.relay.soon();
  if (events.length > 0) {
    const live = events.map((event) => ({ type: "event" as const, event }));
    void deps.redis.live.publish(sessionId, live);
  }
}

/** As `tell`, and wakes a runner for waiting turns: messages to store without an answer, or the turn that hands the session back. */
export function tellChange(deps: EscalationDeps, tenantId: string, changed: Changed): void {
  const { session_id: sessionId, conversation_id: conversationId, waiting_seq: seq } = changed;
  tell(deps, sessionId, changed.events);
  if (seq !== null) deps.wake({ tenantId, sessionId, conversationId, seq });
}
