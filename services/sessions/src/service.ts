import {
  acceptMessage,
  continueVerified,
  createSession,
  endSession,
  getHistory,
  getSession,
  getTurn,
  giveFeedback,
  linkAnalytics,
  listSessions,
  openVerified,
  rateMessage,
  readEvents,
  sessionHeads,
  stopTurn,
  tokenSubject,
  watchSession,
} from "@parley/contracts";
import { type Outbox, startOutbox } from "@parley/jobs";
import type { Counter } from "@parley/observability";
import type { Component } from "@parley/runtime";
import { serveDeadLetters } from "./dead-letters/serve-dead-letters.js";
import type { SessionsDeps } from "./deps.js";
import { serveEscalations } from "./escalations/serve-escalations.js";
import { serveFiles } from "./files/serve-files.js";
import { acceptMessageHandler } from "./handlers/accept-message.js";
import { createSessionHandler } from "./handlers/create-session.js";
import { endSessionHandler } from "./handlers/end-session.js";
import { giveFeedbackHandler, rateMessageHandler } from "./handlers/give-feedback.js";
import { linkAnalyticsHandler } from "./handlers/link-analytics.js";
import { continueVerifiedHandler, openVerifiedHandler } from "./handlers/open-verified.js";
import {
  getHistoryHandler,
  getSessionHandler,
  getTurnHandler,
  listSessionsHandler,
  readEventsHandler,
  sessionHeadsHandler,
  watchSessionHandler,
} from "./handlers/read.js";
import { stopTurnHandler } from "./handlers/stop-turn.js";
import { tokenSubjectHandler } from "./handlers/token-subject.js";
import { type Accepted, type AcceptItem, createAcceptMessages } from "./repository/accept-messages.js";
import { createFeedbackRepository, type FeedbackRepository } from "./repository/feedback.js";
import { createSessionRepository, type SessionRepository } from "./repository/sessions.js";
import { createAgentResolver, type FrozenAgent } from "./resolve-agent.js";
import { createWake } from "./wake.js";
import { serveWebhooks } from "./webhooks/serve-webhooks.js";

export interface HandlerDeps extends SessionsDeps {
  repository: SessionRepository;
  feedback: FeedbackRepository;
  acceptMessages(item: AcceptItem): Promise<Accepted>;
  resolveAgent(tenantId: string, agentId: string, version: number | null): Promise<FrozenAgent>;
  wake: ReturnType<typeof createWake>;
  relay: Outbox;
  accepted: Counter<string>;
  created: Counter<string>;
}

/** The sessions service: accepts input in order, keeps history and event log, ends sessions. Bindings only. */
export function createSessions(deps: SessionsDeps): Component {
  let relay: Outbox | undefined;
  let webhooks: { stop(): Promise<void> } | undefined;
  return {
    name: "sessions",
    async start() {
      relay = startOutbox(deps);
      const handlers: HandlerDeps = {
        ...deps,
        relay,
        repository: createSessionRepository(deps.db),
        feedback: createFeedbackRepository(deps.db),
        acceptMessages: createAcceptMessages(deps.db),
        resolveAgent: createAgentResolver(deps.bus),
        wake: createWake(deps),
        accepted: deps.metrics.counter("messages_accepted_total", "Messages committed for processing"),
        created: deps.metrics.counter("sessions_created_total", "Sessions opened"),
      };
      const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
      const { bus } = deps;
      bus.serve(createSession, createSessionHandler(handlers), bound);
      bus.serve(openVerified, openVerifiedHandler(handlers), bound);
      bus.serve(continueVerified, continueVerifiedHandler(handlers), bound);
      bus.serve(acceptMessage, acceptMessageHandler(handlers), bound);
      bus.serve(getSession, getSessionHandler(handlers), bound);
      bus.serve(tokenSubject, tokenSubjectHandler(handlers), bound);
      bus.serve(getTurn, getTurnHandler(handlers), bound);
      bus.serve(getHistory, getHistoryHandler(handlers), bound);
      bus.serve(readEvents, readEventsHandler(handlers), bound);
      bus.serve(watchSession, watchSessionHandler(handlers), bound);
      bus.serve(sessionHeads, sessionHeadsHandler(handlers), bound);
      bus.serve(endSession, endSessionHandler(handlers), bound);
      bus.serve(stopTurn, stopTurnHandler(handlers), bound);
      bus.serve(giveFeedback, giveFeedbackHandler(handlers), bound);
      bus.serve(rateMessage, rateMessageHandler(handlers), bound);
      bus.serve(listSessions, listSessionsHandler(handlers), bound);
      bus.serve(linkAnalytics, linkAnalyticsHandler(deps), bound);
      serveDeadLetters(handlers);
      serveEscalations(handlers);
      serveFiles(handlers);
      webhooks = serveWebhooks(deps);
      await bus.settled();
    },
    async stop() {
      await webhooks?.stop();
      await relay?.stop();
    },
    ready: () => deps.db.ping(),
  };
}
