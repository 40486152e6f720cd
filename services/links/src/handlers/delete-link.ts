import { AppError, type deleteLink as contract, linkRevoked, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { requireAgent } from "../agents.js";
import type { LinksDeps } from "../deps.js";
import { changeWithFacts } from "../facts.js";
import { endLinkSessions, markDeleted } from "../repository/links.js";

/** Deletes a link and ends its live sessions in one transaction. Idempotent by state: a second delete is `link_not_found`. */
export const deleteLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const sessionsEnded = await changeWithFacts(deps, tenantId, async (trx) => {
      // The link first: a session that opens at the same time then finds it deleted, or is found by the next statement.
      if (!(await markDeleted(trx, { agentId: agent.id, id: input.id }))) throw new AppError("link_not_found");
      return {
        answer: await endLinkSessions(trx, input.id),
        facts: [{ contract: linkRevoked, key: input.id, tenantId, payload: { linkId: input.id, tenantId } }],
      };
    });
    return { deleted: true, sessionsEnded };
  };
