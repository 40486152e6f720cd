import type { Bus } from "@parley/bus";
import {
  AppError,
  accessRequested,
  agentActivated,
  agentDeleted,
  deliveryFailed,
  deliverySent,
  escalated,
  escalationAssigned,
  escalationResolved,
  feedbackGiven,
  linkCreated,
  linkRevoked,
  linkUpdated,
  noteChanged,
  recentSessions,
  reviewChanged,
  sessionAnalyzed,
  sessionEnded,
  sessionStarted,
  type TenantFact,
  webhookDisabled,
} from "@parley/contracts";
import type { Logger } from "@parley/observability";

/** A reader of the facts of a tenant. */
export interface FactReader {
  tell(fact: TenantFact): void;
  /** Facts may have been missed: displayed data must be reloaded. */
  ready(): void;
}

export interface TenantFacts {
  /** Throws `too_many_streams` when the tenant has as many readers here as it may. */
  admit(tenantId: string): void;
  /** Notifies the reader from now on; the returned function stops it. */
  join(tenantId: string, reader: FactReader): () => void;
  tell(tenantId: string, fact: Omit<TenantFact, "at"> & { at?: string }): void;
  start(): void;
  stop(): void;
}

const MAX_READERS = 200;
const RETRY_SECONDS = 10;
/** How often the database is asked for sessions with activity; a session is reported at most this often. */
const ASK_MS = 1_000;
/** Windows overlap, because a turn becomes visible a little after its timestamp. */
const WINDOW_SECONDS = 5;

/**
 * Events of tenants, for consoles open on this gateway (ADR 0068). Facts come from the bus, which carries them anyway. Turns are not
 * sent to this gateway, and should not be just for this: while a tenant has readers, the database is asked once a second.
 */
export function createTenantFacts({ bus, logger }: { bus: Bus; logger: Logger }): TenantFacts {
  const readers = new Map<string, Set<FactReader>>();
  /** By tenant: the newest reported event of each session within the window. */
  const told = new Map<string, Map<string, number>>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  const tell: TenantFacts["tell"] = (tenantId, fact) => {
    const whole = { ...fact, at: fact.at ?? new Date().toISOString() };
    for (const reader of [...(readers.get(tenantId) ?? [])]) reader.tell(whole);
  };

  const ask = async (tenantId: string): Promise<void> => {
    const { data } = await bus.call(recentSessions, { tenantId, seconds: WINDOW_SECONDS });
    const before = told.get(tenantId);
    told.set(tenantId, new Map(data.map(({ sessionId, head }) => [sessionId, head])));
    for (const { sessionId: session_id, agentId: agent_id, linkId: link_id, head, at } of data)
      if (before?.get(session_id) !== head) tell(tenantId, { type: "session.turn", session_id, agent_id, link_id, at });
  };

  const loop = async (): Promise<void> => {
    const asked = [...readers.keys()].map((tenantId) =>
      ask(tenantId).catch((error: unknown) => logger.debug({ err: error }, "facts.ask_failed")),
    );
    await Promise.all(asked);
    timer = running && readers.size > 0 ? setTimeout(() => void loop(), ASK_MS).unref() : undefined;
  };

  return {
    admit(tenantId) {
      if ((readers.get(tenantId)?.size ?? 0) < MAX_READERS) return;
      throw new AppError("too_many_streams", { retryAfterSeconds: RETRY_SECONDS, extra: { scope: "tenant" } });
    },
    join(tenantId, reader) {
      const group = readers.get(tenantId) ?? new Set();
      readers.set(tenantId, group.add(reader));
      if (timer === undefined && running) timer = setTimeout(() => void loop(), 0).unref();
      return () => {
        group.delete(reader);
        if (group.size > 0 || readers.get(tenantId) !== group) return;
        readers.delete(tenantId);
        told.delete(tenantId);
      };
    },
    tell,
    start() {
      running = true;
      listen(bus, tell);
      bus.onReconnect(() => {
        for (const group of readers.values()) for (const reader of [...group]) reader.ready();
      });
    },
    stop() {
      running = false;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** Facts from the bus, with the names of the HTTP interface; ids only. */
function listen(bus: Bus, tell: TenantFacts["tell"]): void {
  bus.listen(sessionStarted, async (f) => tell(f.tenantId, { type: "session.started", session_id: f.sessionId }));
  bus.listen(sessionEnded, async (f) => tell(f.tenantId, { type: "session.ended", session_id: f.sessionId }));
  bus.listen(sessionAnalyzed, async (f) => tell(f.tenantId, { type: "session.analyzed", session_id: f.sessionId }));
  bus.listen(feedbackGiven, async (f) => tell(f.tenantId, { type: "feedback.given", session_id: f.sessionId }));
  bus.listen(escalated, async ({ tenantId, sessionId: session_id, escalationId: escalation_id }) =>
    tell(tenantId, { type: "escalation.waiting", session_id, escalation_id }),
  );
  bus.listen(escalationAssigned, async ({ tenantId, sessionId: session_id, escalationId: escalation_id }) =>
    tell(tenantId, { type: "escalation.assigned", session_id, escalation_id }),
  );
  bus.listen(escalationResolved, async ({ tenantId, sessionId: session_id, escalationId: escalation_id }) =>
    tell(tenantId, { type: "escalation.resolved", session_id, escalation_id }),
  );
  bus.listen(noteChanged, async ({ tenantId, sessionId: session_id, change }) =>
    tell(tenantId, { type: change === "added" ? "note.added" : "note.removed", session_id }),
  );
  bus.listen(reviewChanged, async ({ tenantId, sessionId: session_id, change }) =>
    tell(tenantId, { type: change === "given" ? "review.given" : "review.removed", session_id }),
  );
  bus.listen(accessRequested, async (f) => tell(f.tenantId, { type: "access.requested", agent_id: f.agentId }));
  bus.listen(linkCreated, async (f) => tell(f.tenantId, { type: "link.created", link_id: f.linkId }));
  bus.listen(linkUpdated, async (f) => tell(f.tenantId, { type: "link.changed", link_id: f.linkId }));
  bus.listen(linkRevoked, async ({ tenantId, linkId: link_id, reason }) =>
    tell(tenantId, { type: reason === "expired" ? "link.expired" : "link.changed", link_id }),
  );
  bus.listen(agentActivated, async (f) => tell(f.tenantId, { type: "version.published", agent_id: f.agentId }));
  bus.listen(agentDeleted, async (f) => tell(f.tenantId, { type: "agent.deleted", agent_id: f.agentId }));
  bus.listen(deliverySent, async ({ tenantId, linkId: link_id, deliveryId: delivery_id }) =>
    tell(tenantId, { type: "delivery.sent", link_id, delivery_id }),
  );
  bus.listen(deliveryFailed, async ({ tenantId, linkId: link_id, deliveryId: delivery_id }) =>
    tell(tenantId, { type: "delivery.failed", link_id, delivery_id }),
  );
  bus.listen(webhookDisabled, async (f) => tell(f.tenantId, { type: "webhook.disabled" }));
}
