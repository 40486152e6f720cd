import { getSession, getSessionAnalysis, sessionAnalysis } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { ownedSession } from "../../streams/audience.js";
import { sessionParams, sessionShown } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** One session of the tenant, without what was said in it; one that has ended with what it was asked then, for operators. A read. */
export function getOwnSessionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get a session",
    params: sessionParams,
    querystring: tenantQuery,
    response: answers({ 200: sessionShown.extend({ analysis: sessionAnalysis.nullish() }) }),
  };
  app.get("/sessions/:id", { schema }, async (request) => {
    const { tenantId, role } = tenantPrincipal(request);
    const access = { type: "hmac", tenantId, sessionId: request.params.id } as const;
    const { session } = await bus.call(getSession, { access });
    const shown = ownedSession(session, role);
    if (session.ended_at === null || role === "viewer") return shown;
    const { analysis } = await bus.call(getSessionAnalysis, { access });
    return { ...shown, analysis };
  });
}
