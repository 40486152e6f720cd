import { deadLetterStatus, listDeadLetters } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { deadLetterShown } from "./dead-letter-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

const query = pageQuery.extend({
  status: deadLetterStatus.optional(),
  session_id: z.string().min(1).max(128).optional(),
  agent_id: z.uuid().optional(),
});

/** Turns that were given up after too many tries, newest first, without what was said in them. A read. */
export function listDeadLettersRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List dead letters",
    querystring: query,
    response: answers({ 200: pageOf(deadLetterShown) }),
  };
  app.get("/dead-letters", { schema, config: { role: "admin" } }, async (request) => {
    const { status, session_id: sessionId, agent_id: agentId, limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), status, sessionId, agentId, limit, cursor };
    const { data, nextCursor } = await bus.call(listDeadLetters, call);
    return { data, next_cursor: nextCursor };
  });
}
