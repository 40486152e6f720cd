import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { receiveParticipants } from "../../edge/channel.js";
import type { ChannelRoute } from "./channel-route.js";
import { channelHistoryRoute } from "./history.js";
import { openConversationRoute } from "./open-conversation.js";
import { sendChannelMessageRoute } from "./send-message.js";
import { channelEscalateRoute, channelEscalationsRoute, channelTicketRoute, channelTypingRoute } from "./signals.js";
import { channelStatusRoute, userConversationsRoute } from "./status.js";

const ROUTES: readonly ChannelRoute[] = [
  openConversationRoute,
  sendChannelMessageRoute,
  channelHistoryRoute,
  channelTypingRoute,
  channelTicketRoute,
  channelEscalateRoute,
  channelEscalationsRoute,
  channelStatusRoute,
  userConversationsRoute,
];

/** The widget channel, for holders of a conversation's session token. */
export async function registerChannel(app: HttpApp, context: GatewayContext): Promise<void> {
  receiveParticipants(app, context);
  for (const route of ROUTES) route(app, context);
}
