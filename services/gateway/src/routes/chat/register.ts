import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { guard } from "../../edge/callers/authenticate.js";
import { createSessionRoute } from "./create-session.js";
import { endSessionRoute } from "./end-session.js";
import { escalateSessionRoute } from "./escalate.js";
import { getSessionRoute } from "./get-session.js";
import { getTraceRoute } from "./get-trace.js";
import { getTurnRoute } from "./get-turn.js";
import { listMessagesRoute } from "./list-messages.js";
import { sendMessageRoute } from "./send-message.js";
import { stopTurnRoute } from "./stop-turn.js";
import { streamEventsRoute } from "./stream-events.js";
import { typingRoute } from "./typing.js";

/** The server-to-server text chat API: signed requests only. */
export async function registerChatApi(app: HttpApp, context: GatewayContext): Promise<void> {
  guard(app, context, { surface: "chat" });
  createSessionRoute(app, context);
  sendMessageRoute(app, context);
  getSessionRoute(app, context);
  getTraceRoute(app, context);
  endSessionRoute(app, context);
  listMessagesRoute(app, context);
  streamEventsRoute(app, context);
  getTurnRoute(app, context);
  stopTurnRoute(app, context);
  escalateSessionRoute(app, context);
  typingRoute(app, context);
}
