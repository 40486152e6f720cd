import { getLink, listSessions, sessionStatus } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { ownedSession } from "../../streams/audience.js";
import { sessionShown } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkParams, owner, pageOf, pageQuery } from "./schemas.js";

const query = pageQuery.extend({ status: sessionStatus.optional() });

/** Sessions of one link, newest first, without what was said in them. A read. */
export function listLinkSessionsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List the sessions of a public link",
    params: linkParams,
    querystring: query,
    response: answers({ 200: pageOf(sessionShown) }),
  };
  app.get("/agents/:agent/public-links/:id/sessions", { schema }, async (request) => {
    const principal = tenantPrincipal(request);
    const { agent, id } = request.params;
    // Whose link it is, and that it is there, is for the links service to say.
    await bus.call(getLink, { principal, agent, id });
    const { status, limit, cursor } = request.query;
    const { data, nextCursor } = await bus.call(listSessions, { principal, linkId: id, status, limit, cursor });
    return { data: data.map((session) => ownedSession(session, principal.role)), next_cursor: nextCursor };
  });
}
