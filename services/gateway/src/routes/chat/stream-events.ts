import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { openSessionStream } from "../../streams/open-stream.js";
import { answers, eventStream } from "../declare-route.js";
import { cursorParam, sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

/** Event stream of a session; `Last-Event-ID` or `?after=` resumes it. A read. */
export function streamEventsRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Stream the events of a session",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    querystring: z.object({ after: cursorParam.optional() }),
    response: answers({ 200: eventStream }),
  };
  app.get(
    "/sessions/:id/events",
    { schema, config: { longLived: true }, onRequest: async () => context.streams.enter(), exposeHeadRoute: false },
    async (request, reply) => {
      const access = signedAccess(request, request.params.id);
      const { after } = request.query;
      const target = { access, linkId: null, audience: "api", opener: request.caller.principal } as const;
      return openSessionStream(context, { request, reply, after }, target);
    },
  );
}
