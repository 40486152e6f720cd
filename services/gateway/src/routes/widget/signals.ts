import {
  channelEscalateBody,
  channelEscalated,
  channelEscalations,
  channelTicket,
  channelTypingBody,
  escalateSession,
  sessionEscalations,
  succeeded,
} from "@parley/contracts";
import { channelEscalation } from "../../channel/channel-message.js";
import { issueTicket } from "../../channel/tickets.js";
import { requireOwnName } from "../../edge/channel.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { tellTyping } from "../../streams/tell-typing.js";
import { channelRoute } from "./channel-route.js";
import { conversationParams } from "./conversation-params.js";

/** Shows the other side that the visitor is typing. Not stored, may get lost. */
export const channelTypingRoute = channelRoute({
  method: "POST",
  path: "/:conversation_id/typing",
  summary: "Send a typing notice",
  params: conversationParams,
  body: channelTypingBody,
  answers: { 200: succeeded },
  handle: async ({ request, body }, context) => {
    const { participant } = request;
    requireOwnName(participant, body);
    await takeSignalRate(context, participant.access, "typing");
    await tellTyping(context, participant.access, { who: "visitor", active: body.typing });
    return { success: true as const };
  },
});

/** A ticket for one socket. Each call issues a new one. */
export const channelTicketRoute = channelRoute({
  method: "POST",
  path: "/:conversation_id/ticket",
  summary: "Get a ticket for a socket",
  description:
    "For browsers, whose sockets cannot send headers; valid for a minute and one socket, as part of its URL.",
  params: conversationParams,
  answers: { 200: channelTicket },
  handle: async ({ request: { participant } }, context) => {
    await takeSignalRate(context, participant.access, "ticket");
    return issueTicket(context, participant);
  },
});

/** Requests a human. Idempotent by state: a second request joins the first. */
export const channelEscalateRoute = channelRoute({
  method: "POST",
  path: "/:conversation_id/escalate",
  summary: "Request a human",
  params: conversationParams,
  body: channelEscalateBody.default({}),
  answers: { 200: channelEscalated },
  handle: async ({ request, body }, context) => {
    const { access } = request.participant;
    await takeSignalRate(context, access, "escalate");
    const { reason = null, metadata = {} } = body;
    const asked = await context.bus.call(escalateSession, { access, source: "visitor", reason, metadata });
    return { status: "escalated" as const, escalation: channelEscalation(asked.escalation) };
  },
});

/** Every request for a human in this conversation, oldest first. A read. */
export const channelEscalationsRoute = channelRoute({
  method: "GET",
  path: "/:conversation_id/escalations",
  summary: "List requests for a human",
  params: conversationParams,
  answers: { 200: channelEscalations },
  handle: async ({ request: { participant } }, { bus }) => {
    const { data } = await bus.call(sessionEscalations, { access: participant.access });
    return { conversation_id: participant.sessionId, escalations: data.map(channelEscalation), count: data.length };
  },
});
