import { AppError, type updateLink as contract, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { retryDeadlock } from "../retry-deadlock.js";
import { requireAgent } from "./agents.js";
import { changeLink, planChange } from "./change-link.js";
import { ownerView } from "./link-row.js";
import { findLink, usageOf } from "./repository.js";

/**
 * Changes the given fields of a link, never its token. Idempotent: repeating the same body changes nothing. Disabling a link
 * closes its streams, but its sessions stay and continue when it is enabled again.
 */
export const updateLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const plan = await planChange(deps, { tenantId, agent, id: input.id, body: input.body });
    const link = await retryDeadlock(() =>
      changeWithFacts(deps, tenantId, async (trx) => {
        const fact = await changeLink(deps, trx, plan);
        const row = await findLink(trx, { agentId: agent.id, id: input.id });
        if (row === null) throw new AppError("link_not_found");
        const usage = await usageOf(trx, [row.id]);
        return { answer: ownerView(row, usage.get(row.id) ?? { messages: 0, sessions_active: 0 }), facts: [fact] };
      }),
    );
    return { link };
  };
