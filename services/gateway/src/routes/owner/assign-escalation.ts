import { assignEscalation } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { assignBody, escalationShown, transferBody } from "./escalation-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, owner, tenantQuery } from "./schemas.js";

/** Takes an escalation, or gives it to an operator, who is told apart by the id of their credentials. Idempotent by state. */
export function assignEscalationRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Assign an escalation",
    description:
      "Without `operator` the caller takes it. The agent is silent from then on; an answer in the making is dropped. 409 when another operator has it.",
    params: idParams,
    querystring: tenantQuery,
    body: assignBody.default({}),
    response: answers({ 200: escalationShown }),
  };
  app.post("/escalations/:id/assign", { schema, config: { role: "operator" } }, async (request) => {
    const principal = tenantPrincipal(request);
    const { operator = principal.id, name = null } = request.body;
    const call = { principal, id: request.params.id, operator, name, transfer: false };
    return (await bus.call(assignEscalation, call)).escalation;
  });
}

/** Gives an assigned escalation to another operator, whoever had it. Idempotent by state. */
export function transferEscalationRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Transfer an escalation",
    params: idParams,
    querystring: tenantQuery,
    body: transferBody,
    response: answers({ 200: escalationShown }),
  };
  app.post("/escalations/:id/transfer", { schema, config: { role: "operator" } }, async (request) => {
    const { operator, name = null } = request.body;
    const call = { principal: tenantPrincipal(request), id: request.params.id, operator, name, transfer: true };
    return (await bus.call(assignEscalation, call)).escalation;
  });
}
