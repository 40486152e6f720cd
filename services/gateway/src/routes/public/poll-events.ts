import { polledEvents } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { requireSession } from "../../edge/visit.js";
import { readCursor } from "../../streams/cursor.js";
import { pollEvents } from "../../streams/poll-events.js";
import { clientAborted } from "../../turns/client-aborted.js";
import { answers } from "../declare-route.js";
import { cursorParam, queryInteger, tokenParams } from "../params.js";

const query = z.object({
  after: cursorParam.optional(),
  wait: queryInteger(0, 25).default(25).describe("Seconds to wait for an event"),
});

/** The events after a cursor, for readers behind proxies that buffer streams. A read. */
export function pollEventsRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Poll the events of the conversation",
    tags: ["public"],
    params: tokenParams,
    querystring: query,
    response: answers({ 200: polledEvents }),
  };
  const config = { checksOrigin: true, longLived: true, session: "needed" } as const;
  const onRequest = async (): Promise<void> => context.streams.enter();
  app.get("/poll/:token", { schema, config, onRequest, exposeHeadRoute: false }, async (request, reply) => {
    const { visit } = request;
    return pollEvents(
      context,
      { access: requireSession(visit), linkId: visit.policy.id, audience: "visitor", bucket: request.clientBucket },
      {
        cursor: readCursor(undefined, request.query.after),
        waitMs: request.query.wait * 1_000,
        signal: clientAborted(reply),
      },
    );
  });
}
