import { dropDeadLetter } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { deadLetterParams } from "./dead-letter-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { nothing, owner, tenantQuery } from "./schemas.js";

/** Forgets a dead letter; the failed message stays in the history. Idempotent by state: a second time it is not found. */
export function dropDeadLetterRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Drop a dead letter",
    params: deadLetterParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing }),
  };
  app.delete("/dead-letters/:id", { schema, config: { role: "admin" } }, async (request) => {
    const call = { principal: tenantPrincipal(request), id: request.params.id };
    return bus.call(dropDeadLetter, call);
  });
}
