import { accessPolicy, accessPolicyBody, setAccessPolicy } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

/** Sets who may come in by the links of an agent; fields that are left out stay as they were. Idempotent by state. */
export function setAccessPolicyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Set the access policy of an agent",
    description:
      "Mails to `notify_email` are in the language of the `Accept-Language` it was given with, else in English.",
    params: agentParams,
    querystring: tenantQuery,
    body: accessPolicyBody,
    response: answers({ 200: accessPolicy }),
  };
  app.put("/agents/:agent/access-policy", { schema, config: { role: "editor" } }, async (request) => {
    const languages = acceptedLanguages(request);
    const call = { principal: tenantPrincipal(request), ...request.params, body: request.body, languages };
    const { policy } = await bus.call(setAccessPolicy, call);
    return policy;
  });
}
