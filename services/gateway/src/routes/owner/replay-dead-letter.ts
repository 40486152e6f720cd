import { replayDeadLetter } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { deadLetterParams, deadLetterShown } from "./dead-letter-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** Says a given-up turn again. 202 when it waits now; 200 when an earlier replay waits or was answered already: nothing was done. */
export function replayDeadLetterRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Replay a dead letter",
    description: "The turn runs at the end of its session, by the path of every message. `GET` tells how it went.",
    params: deadLetterParams,
    querystring: tenantQuery,
    response: answers({ 200: deadLetterShown, 202: deadLetterShown }),
  };
  app.post("/dead-letters/:id/replay", { schema, config: { role: "admin" } }, async (request, reply) => {
    const call = { principal: tenantPrincipal(request), id: request.params.id };
    const { deadLetter, repeated } = await bus.call(replayDeadLetter, call);
    return reply.code(repeated ? 200 : 202).send(deadLetter);
  });
}
