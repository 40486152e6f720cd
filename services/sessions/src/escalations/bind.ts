import {
  assignEscalation,
  chooseWhileWaiting,
  closeEscalation,
  countEscalations,
  escalateSession,
  extendSession,
  getEscalation,
  holdsEscalation,
  listEscalations,
  replyEscalation,
  sessionEscalations,
  takeOverSession,
} from "@parley/contracts";
import { extendSessionHandler } from "../lifecycle/extend-session.js";
import { chooseWhileWaitingHandler } from "../people/choose-while-waiting.js";
import { assignEscalationHandler } from "./assign-escalation.js";
import { closeEscalationHandler } from "./close-escalation.js";
import { escalateSessionHandler } from "./escalate-session.js";
import type { EscalationDeps } from "./escalation-deps.js";
import { countEscalationsHandler, getEscalationHandler } from "./get-escalation.js";
import { holdsEscalationHandler } from "./holds-escalation.js";
import { listEscalationsHandler } from "./list-escalations.js";
import { replyAsHumanHandler } from "./reply-as-human.js";
import { createEscalationRepository } from "./repository.js";
import { sessionEscalationsHandler } from "./session-escalations.js";
import { takeOverSessionHandler } from "./take-over-session.js";

/** Serves humans in conversations: requesting one, the queue, taking over, replying, handing back. */
export function bindEscalations(given: Omit<EscalationDeps, "escalations">): void {
  const deps = { ...given, escalations: createEscalationRepository(given.db) };
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  const { bus } = deps;
  bus.serve(escalateSession, escalateSessionHandler(deps), bound);
  bus.serve(listEscalations, listEscalationsHandler(deps), bound);
  bus.serve(getEscalation, getEscalationHandler(deps), bound);
  bus.serve(countEscalations, countEscalationsHandler(deps), bound);
  bus.serve(takeOverSession, takeOverSessionHandler(deps), bound);
  bus.serve(sessionEscalations, sessionEscalationsHandler(deps), bound);
  bus.serve(assignEscalation, assignEscalationHandler(deps), bound);
  bus.serve(holdsEscalation, holdsEscalationHandler(deps), bound);
  bus.serve(replyEscalation, replyAsHumanHandler(deps), bound);
  bus.serve(closeEscalation, closeEscalationHandler(deps), bound);
  bus.serve(chooseWhileWaiting, chooseWhileWaitingHandler(deps), bound);
  bus.serve(extendSession, extendSessionHandler(deps), bound);
}
