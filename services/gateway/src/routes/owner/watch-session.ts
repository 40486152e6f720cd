import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers, cursorParam, eventStream } from "../../schemas.js";
import { openWatch } from "../../streams/open-watch.js";
import { sessionParams } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** Live view of a session of the tenant; `Last-Event-ID` or `?after=` resumes it. A read; operators and above. */
export function watchSessionRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Watch a session",
    description:
      "Everything the visitor sees, and nodes, transitions, variables and spend. Begins with `connected`: how the session stands; each turn ends with `turn`.",
    params: sessionParams,
    querystring: tenantQuery.extend({ after: cursorParam.optional() }),
    response: answers({ 200: eventStream }),
  };
  const config = { longLived: true, role: "operator" } as const;
  const onRequest = async (): Promise<void> => context.streams.enter();
  app.get("/sessions/:id/live", { schema, config, onRequest, exposeHeadRoute: false }, async (request, reply) => {
    const { tenantId, ...opener } = tenantPrincipal(request);
    const access = { type: "hmac", tenantId, sessionId: request.params.id } as const;
    return openWatch(context, { request, reply, after: request.query.after }, { access, opener });
  });
}
