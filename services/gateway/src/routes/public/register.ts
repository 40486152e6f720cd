import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { receiveVisitors } from "../../edge/visit.js";
import { checkEmbedRoute } from "./check-embed.js";
import { setPageContextRoute } from "./context.js";
import { createVisitorSessionRoute } from "./create-session.js";
import { endVisitorSessionRoute } from "./end-session.js";
import { chooseWhileWaitingRoute, escalateVisitRoute } from "./escalate.js";
import { giveFeedbackRoute } from "./feedback.js";
import { visitorFilesRoutes } from "./files.js";
import { getChallengeRoute } from "./get-challenge.js";
import { getHistoryRoute } from "./get-history.js";
import { getLinkRoute } from "./get-link.js";
import { pollEventsRoute } from "./poll-events.js";
import { rateMessageRoute } from "./rate-message.js";
import { resumeRoutes } from "./resume.js";
import { sendVisitorMessageRoute } from "./send-message.js";
import { stopAnswerRoute } from "./stop.js";
import { streamVisitorEventsRoute } from "./stream-events.js";
import { socketTicketRoute } from "./ticket.js";
import { visitorReadRoute, visitorTypingRoute } from "./typing.js";

/** The public API, for holders of a link token. */
export async function registerPublicApi(app: HttpApp, context: GatewayContext): Promise<void> {
  receiveVisitors(app, context);
  getLinkRoute(app, context);
  checkEmbedRoute(app, context);
  getChallengeRoute(app, context);
  createVisitorSessionRoute(app, context);
  sendVisitorMessageRoute(app, context);
  getHistoryRoute(app, context);
  streamVisitorEventsRoute(app, context);
  pollEventsRoute(app, context);
  endVisitorSessionRoute(app, context);
  stopAnswerRoute(app, context);
  escalateVisitRoute(app, context);
  chooseWhileWaitingRoute(app, context);
  visitorTypingRoute(app, context);
  visitorReadRoute(app, context);
  socketTicketRoute(app, context);
  setPageContextRoute(app, context);
  giveFeedbackRoute(app, context);
  rateMessageRoute(app, context);
  visitorFilesRoutes(app, context);
  resumeRoutes(app, context);
}
