import { AppError, channelTicket } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { issueTicket } from "../../channel/tickets.js";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

/** A ticket for a socket of the visitor's session, for a page that has the session in a cookie. Each call issues a new one. */
export function socketTicketRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Get a ticket for a socket",
    description: "Identifies conversation and user as in the widget channel; valid for a minute and one socket.",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: channelTicket }),
  };
  app.post("/ticket/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "ticket");
    const { policy, sessionToken } = request.visit;
    const visit = await context.visits.of(sessionToken ?? "");
    if (visit.policy.id !== policy.id) throw new AppError("session_token_invalid");
    return issueTicket(context, { ...visit, access, sessionToken: sessionToken ?? "" });
  });
}
