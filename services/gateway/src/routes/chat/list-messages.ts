import { getHistory, historyPage } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { answers } from "../declare-route.js";
import { cursorParam, queryInteger, sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

const query = z.object({ limit: queryInteger(1, 200).optional(), cursor: cursorParam.optional() });

/** History of a session, oldest first; without cursor the newest page, the cursor walks back in time. A read. */
export function listMessagesRoute(app: HttpApp, { bus, config }: GatewayContext): void {
  const schema = {
    summary: "List the messages of a session",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    querystring: query,
    response: answers({ 200: historyPage }),
  };
  app.get("/sessions/:id/messages", { schema }, async (request) => {
    const { limit = config.CHAT_HISTORY_LIMIT, cursor = null } = request.query;
    const page = await bus.call(getHistory, { access: signedAccess(request, request.params.id), limit, cursor });
    return { data: page.data, next_cursor: page.nextCursor };
  });
}
