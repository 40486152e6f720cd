import { getDeadLetter } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { deadLetterParams, deadLetterWholeShown } from "./dead-letter-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** One dead letter, with what was said. A read. */
export function getDeadLetterRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get a dead letter",
    params: deadLetterParams,
    querystring: tenantQuery,
    response: answers({ 200: deadLetterWholeShown }),
  };
  app.get("/dead-letters/:id", { schema, config: { role: "admin" } }, async (request) => {
    const call = { principal: tenantPrincipal(request), id: request.params.id };
    return (await bus.call(getDeadLetter, call)).deadLetter;
  });
}
