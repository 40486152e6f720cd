import { type createLink as contract, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts, once, recall } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "./agents.js";
import { makeLink, planLink } from "./new-link.js";
import { repeatableCall } from "./repeatable-call.js";

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

/**
 * Creates a link; only this answer contains its token. Idempotent by the caller's idempotency key, else by the signature: the same
 * request gets the same link and token for 24 hours, while one with another body is refused.
 */
export const createLink =
  (deps: LinksDeps) =>
  async (input: Input): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const request = repeatableCall(deps, input, { tenantId, agent, scope: "links.create" });
    const before = await recall<Output>(deps.db, request);
    if (before !== null) return before;
    const plan = await planLink(deps, { principal: input.principal, agent, body: input.body });
    return changeWithFacts(deps, tenantId, (trx) =>
      once<Output>(trx, request, async () => {
        const { made, fact } = await makeLink(deps, trx, plan);
        return { answer: made, facts: [fact] };
      }),
    );
  };
