import { bulkLinkResult, bulkLinks, bulkLinksBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { linkAddress } from "./link-address.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

const results = z.object({ results: z.array(bulkLinkResult.extend({ url: z.string().optional() })) });

/** Makes, changes and disables up to 500 links, each with its own outcome. Idempotent by `Idempotency-Key`, else by the signature. */
export function bulkLinksRoute(app: HttpApp, { bus, config }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create, update and deactivate many public links",
    description:
      "1 to 500 items in all, each done or refused by itself; `recipients` makes every link of `create` once per recipient. Items are bodies as in `POST` and `PUT …/public-links`. `index` counts within the list that `action` names; token and url are in this answer only.",
    params: agentParams,
    querystring: tenantQuery,
    body: bulkLinksBody,
    response: answers({ 200: results }),
  };
  app.post(
    "/agents/:agent/public-links/bulk",
    { schema, config: { role: "editor", repeatable: true } },
    async (request, reply) => {
      const principal = tenantPrincipal(request);
      const { idempotency, signature } = ownerRepeatable(request);
      // Links compare bodies by their fields, whatever their order.
      const idempotencyKey = idempotency?.key;
      const call = { principal, agent: request.params.agent, body: request.body, idempotencyKey, signature };
      const answer = await bus.call(bulkLinks, call);
      markReplay(request, reply, answer.replayed);
      return {
        results: answer.results.map((result) =>
          result.token === undefined ? result : { ...result, url: linkAddress(config, result.token) },
        ),
      };
    },
  );
}
