import {
  getHistory,
  getSession,
  getTurn,
  giveFeedback,
  listSessions,
  rateMessage,
  readEvents,
  recentSessions,
  sessionHeads,
  visitorConversations,
  watchSession,
} from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { listSessionsHandler } from "../triage/list-sessions.js";
import { recentSessionsHandler } from "../triage/recent-sessions.js";
import { giveFeedbackHandler, rateMessageHandler } from "./give-feedback.js";
import {
  getHistoryHandler,
  getSessionHandler,
  getTurnHandler,
  readEventsHandler,
  sessionHeadsHandler,
  visitorConversationsHandler,
  watchSessionHandler,
} from "./read.js";

/** Serves messages and events of sessions, and stores visitors' feedback. */
export function bindHistory(deps: HandlerDeps): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  bus.serve(getHistory, getHistoryHandler(deps), bound);
  bus.serve(getSession, getSessionHandler(deps), bound);
  bus.serve(getTurn, getTurnHandler(deps), bound);
  bus.serve(listSessions, listSessionsHandler(deps), bound);
  bus.serve(readEvents, readEventsHandler(deps), bound);
  bus.serve(recentSessions, recentSessionsHandler(deps), bound);
  bus.serve(sessionHeads, sessionHeadsHandler(deps), bound);
  bus.serve(visitorConversations, visitorConversationsHandler(deps), bound);
  bus.serve(watchSession, watchSessionHandler(deps), bound);
  bus.serve(giveFeedback, giveFeedbackHandler(deps), bound);
  bus.serve(rateMessage, rateMessageHandler(deps), bound);
}
