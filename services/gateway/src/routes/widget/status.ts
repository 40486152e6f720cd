import {
  channelStatus,
  type EscalationView,
  getSession,
  type SessionView,
  sessionEscalations,
  userConversations,
  visitorConversations,
} from "@parley/contracts";
import type { z } from "zod";
import { channelRoute } from "./channel-route.js";
import { conversationParams, userParams } from "./conversation-params.js";

/** The status of the conversation. A read. */
export const channelStatusRoute = channelRoute({
  method: "GET",
  path: "/:conversation_id/status",
  summary: "Get the state of a conversation",
  params: conversationParams,
  answers: { 200: channelStatus },
  handle: async ({ request: { participant } }, { bus }) => {
    const { access, sessionId } = participant;
    const [{ session }, { data }] = await Promise.all([
      bus.call(getSession, { access }),
      bus.call(sessionEscalations, { access }),
    ]);
    return {
      conversation_id: sessionId,
      status: statusOf(session, data.at(-1)),
      session_status: session.status,
      handled_by: session.handled_by ?? "agent",
      operator_name: session.operator_name ?? null,
      waiting_since: session.waiting_since ?? null,
      expires_at: session.expires_at,
      remaining_messages: session.remaining_messages,
    };
  },
});

function statusOf(
  { status }: SessionView,
  newest: EscalationView | undefined,
): z.output<typeof channelStatus>["status"] {
  if (status !== "active") return "resolved";
  switch (newest?.status) {
    case "open":
      return "escalated";
    case "assigned":
      return "assigned";
    case "resolved":
      // After a hand-back the agent handles it again.
      return newest.outcome === "handed_back" ? "open" : "resolved";
    case undefined:
      return "open";
  }
}

const MAX_CONVERSATIONS = 100;

/** The visitor's conversations on this link, newest first. A read. */
export const userConversationsRoute = channelRoute({
  method: "GET",
  path: "/user/:user_id/conversations",
  summary: "List a visitor's conversations",
  description:
    "At most 100. More than one only where an address was confirmed; a token opens its own conversation alone.",
  params: userParams,
  answers: { 200: userConversations },
  handle: async ({ request: { participant } }, { bus }) => {
    const { access, userId } = participant;
    const { data } = await bus.call(visitorConversations, { access, limit: MAX_CONVERSATIONS });
    return { user_id: userId, conversations: data, count: data.length };
  },
});
