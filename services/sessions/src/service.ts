import { type Followed, watchFollowed } from "@parley/bus";
import { readSettings, requireRole, sessionsFollowed, sessionsSettings } from "@parley/contracts";
import { type Lookout, type Outbox, startLookout, startOutbox } from "@parley/jobs";
import type { Component } from "@parley/runtime";
import { bindAccept } from "./accept/bind.js";
import { createAcceptMessages } from "./accept/repository.js";
import { createWake } from "./accept/wake.js";
import { bindAlerts } from "./alerts/bind.js";
import { bindAnalytics } from "./analytics/bind.js";
import { sessionsConfig } from "./config.js";
import { bindDeadLetters } from "./dead-letters/bind.js";
import type { HandlerDeps, SessionsDeps } from "./deps.js";
import { bindEscalations } from "./escalations/bind.js";
import { bindExports } from "./exports/bind.js";
import { bindFiles } from "./files/bind.js";
import { bindHistory } from "./history/bind.js";
import { createFeedbackRepository } from "./history/feedback-repository.js";
import { createSessionRepository } from "./history/repository.js";
import { bindLifecycle } from "./lifecycle/bind.js";
import { createAgentResolver } from "./lifecycle/resolve-agent.js";
import { bindNotes } from "./notes/bind.js";
import { bindPeople } from "./people/bind.js";
import { bindPrivacyExport } from "./privacy-export/bind.js";
import { bindReviews } from "./reviews/bind.js";
import { bindSavedReplies } from "./saved-replies/bind.js";
import { bindWebhooks } from "./webhooks/bind.js";

/** What admins see of the configuration. */
const SHOWN = { retention: ["WEBHOOK_RETENTION_DAYS"] } as const;

/** The sessions service: accepts input in order, keeps history and event log, ends sessions. Bindings only. */
export function createSessions(deps: SessionsDeps): Component {
  let relay: Outbox | undefined;
  let lookout: Lookout | undefined;
  let followed: Followed | undefined;
  let people: { stop(): Promise<void> } | undefined;
  let webhooks: { stop(): Promise<void> } | undefined;
  return {
    name: "sessions",
    async start() {
      relay = startOutbox(deps);
      followed = watchFollowed(deps.bus, sessionsFollowed);
      const handlers: HandlerDeps = {
        ...deps,
        relay,
        repository: createSessionRepository(deps.db),
        feedback: createFeedbackRepository(deps.db),
        acceptMessages: createAcceptMessages(deps.db),
        resolveAgent: createAgentResolver(deps.bus),
        wake: createWake({ ...deps, followed }),
        accepted: deps.metrics.counter("messages_accepted_total", "Messages committed for processing"),
        created: deps.metrics.counter("sessions_created_total", "Sessions opened"),
      };
      deps.bus.serve(sessionsSettings, async ({ principal }) => {
        requireRole(principal, "admin");
        return { data: readSettings(sessionsConfig, deps.config, SHOWN) };
      });
      bindLifecycle(handlers);
      bindAccept(handlers);
      bindHistory(handlers);
      bindFiles(handlers);
      bindEscalations(handlers);
      bindNotes(handlers);
      bindReviews(handlers);
      bindSavedReplies(deps);
      bindDeadLetters(handlers);
      bindPrivacyExport(handlers);
      bindAnalytics(deps);
      bindAlerts(deps);
      bindExports(handlers);
      lookout = startLookout(deps);
      webhooks = bindWebhooks(deps, lookout);
      people = bindPeople(deps, lookout);
      await deps.bus.settled();
    },
    async stop() {
      await Promise.all([webhooks?.stop(), people?.stop()]);
      await lookout?.stop();
      await relay?.stop();
      followed?.stop();
    },
    ready: () => deps.db.ping(),
  };
}
