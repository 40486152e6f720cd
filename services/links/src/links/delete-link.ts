import { AppError, type deleteLink as contract, linkRevoked, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { retryDeadlock } from "../retry-deadlock.js";
import { requireAgent } from "./agents.js";
import { endLinkSessions, markDeleted } from "./repository.js";

/** Deletes a link and ends its live sessions in one transaction. Idempotent by state: a second delete is `link_not_found`. */
export const deleteLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const at = { tenantId, agentId: agent.id, id: input.id };
    return { deleted: true, sessionsEnded: await retryDeadlock(() => deleteAndEnd(deps, at)) };
  };

const deleteAndEnd = (deps: LinksDeps, at: { tenantId: string; agentId: string; id: string }): Promise<number> =>
  changeWithFacts(deps, at.tenantId, async (trx) => {
    // The link first: a session opened at the same time then finds it deleted, or is found by the next statement.
    if (!(await markDeleted(trx, at))) throw new AppError("link_not_found");
    const { id, tenantId } = at;
    return {
      answer: await endLinkSessions(trx, id),
      facts: [{ contract: linkRevoked, key: id, payload: { linkId: id, tenantId } }],
    };
  });
