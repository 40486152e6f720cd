import { type createLink as contract, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import { requireAgent } from "../agents.js";
import { requestFingerprint } from "../canonical-json.js";
import type { LinksDeps } from "../deps.js";
import { makeLink, planLink } from "../new-link.js";
import { claimKey, storeAnswer } from "../repository/idempotency.js";

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

const SCOPE = "links.create";

/**
 * Creates a link; its token is in this answer only. Idempotent by the caller's idempotency key: the same request gets the
 * same link and token for 24 hours, while a second one with another body is refused.
 */
export const createLink =
  (deps: LinksDeps) =>
  async (input: Input): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const plan = await planLink(deps, { principal: input.principal, agent, body: input.body });

    return changeWithFacts(deps, tenantId, async (trx) => {
      const key = input.idempotencyKey;
      const aad = `${tenantId}:${SCOPE}:${key ?? ""}`;
      if (key !== undefined) {
        const fingerprint = requestFingerprint(agent.id, input.body);
        const before = await claimKey(trx, { tenantId, scope: SCOPE, key, fingerprint });
        // The stored answer holds a token, so it is sealed: this table must be as useless to a reader as the links' own.
        if (before !== null) {
          const answer = JSON.parse(deps.secrets.open(before, aad)) as Output; // sealed by this handler
          return { answer, facts: [] };
        }
      }
      const { made, fact } = await makeLink(deps, trx, plan);
      if (key !== undefined)
        await storeAnswer(trx, { tenantId, scope: SCOPE, key }, deps.secrets.seal(JSON.stringify(made), aad));
      return { answer: made, facts: [fact] };
    });
  };
