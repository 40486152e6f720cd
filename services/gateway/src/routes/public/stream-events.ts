import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { requireSession } from "../../edge/visit.js";
import { openSessionStream } from "../../streams/open-stream.js";
import { answers, eventStream } from "../declare-route.js";
import { cursorParam, tokenParams } from "../params.js";

/** Event stream of the visitor's session; `Last-Event-ID` or `?after=` resumes it. A read. */
export function streamVisitorEventsRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Stream the events of the conversation",
    tags: ["public"],
    params: tokenParams,
    querystring: z.object({ after: cursorParam.optional() }),
    response: answers({ 200: eventStream }),
  };
  const config = { checksOrigin: true, longLived: true, session: "needed" } as const;
  const onRequest = async (): Promise<void> => context.streams.enter();
  app.get("/events/:token", { schema, config, onRequest, exposeHeadRoute: false }, async (request, reply) => {
    const target = {
      access: requireSession(request.visit),
      linkId: request.visit.policy.id,
      audience: "visitor",
      bucket: request.clientBucket,
    } as const;
    return openSessionStream(context, { request, reply, after: request.query.after }, target);
  });
}
