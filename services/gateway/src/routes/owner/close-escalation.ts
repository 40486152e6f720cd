import { closeEscalation } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { actingOperator, escalationShown, handBackBody, resolveBody } from "./escalation-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, owner, tenantQuery } from "./schemas.js";

/** Closes an escalation; the agent answers the next message, or the session ends. Once: then it is `escalation_resolved`. */
export function resolveEscalationRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Resolve an escalation",
    params: idParams,
    querystring: tenantQuery,
    body: resolveBody.default({ end_session: false }),
    response: answers({ 200: escalationShown }),
  };
  app.post("/escalations/:id/resolve", { schema, config: { role: "operator" } }, async (request) => {
    const principal = tenantPrincipal(request);
    const { operator, summary = null, end_session: endSession } = request.body;
    const acting = actingOperator(principal, operator);
    const call = { principal, id: request.params.id, operator: acting, how: "resolve" as const, summary, endSession };
    return (await bus.call(closeEscalation, call)).escalation;
  });
}

/** Gives the session back to the agent, with a summary that it reads as data. Once: then it is `escalation_resolved`. */
export function handBackEscalationRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Hand a session back to the agent",
    description:
      "The workflow goes on where it was: by the transition `handed_back` of an `escalate` node, else in silence.",
    params: idParams,
    querystring: tenantQuery,
    body: handBackBody,
    response: answers({ 200: escalationShown }),
  };
  app.post("/escalations/:id/hand-back", { schema, config: { role: "operator" } }, async (request) => {
    const principal = tenantPrincipal(request);
    const { operator, summary = null } = request.body;
    const acting = actingOperator(principal, operator);
    const call = { principal, id: request.params.id, operator: acting, how: "hand_back" as const, summary };
    return (await bus.call(closeEscalation, { ...call, endSession: false })).escalation;
  });
}
