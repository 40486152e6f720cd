import { getHistory, getSession, visitorHistory } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { visitorAccess } from "../../edge/visitor.js";
import { wireMessage, wireSession } from "../../streams/audience.js";
import { answers } from "../declare-route.js";
import { cursorParam, queryInteger, tokenParams } from "../params.js";

const query = z.object({ limit: queryInteger(1, 200).default(100), cursor: cursorParam.optional() });

/**
 * The conversation so far, oldest first; empty without a session. An event stream continues from `session.last_event_id`.
 * A read.
 */
export function getHistoryRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Read the conversation",
    tags: ["public"],
    params: tokenParams,
    querystring: query,
    response: answers({ 200: visitorHistory }),
  };
  app.get("/history/:token", { schema, config: { checksOrigin: true, session: "optional" } }, async (request) => {
    const { visit } = request;
    if (visit.sessionToken === null) return { data: [], next_cursor: null, session: null };
    const access = visitorAccess(visit, visit.sessionToken);
    const { limit, cursor = null } = request.query;
    // Session first: a message in between is then in the history and sent again as an event, never lost.
    const { session } = await bus.call(getSession, { access });
    const page = await bus.call(getHistory, { access, limit, cursor });
    const data = page.data.map((message) => wireMessage(message, "visitor"));
    return { data, next_cursor: page.nextCursor, session: wireSession(session, "visitor") };
  });
}
