import { type getAccessPolicy as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "../links/agents.js";
import { policyView } from "./policy-view.js";
import { findPolicy } from "./repository.js";

/** The access policy of an agent, with its addresses; hence the role. A read. */
export const getPolicy =
  (deps: LinksDeps) =>
  async ({ principal, agent }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const { id: agentId } = await requireAgent(deps.bus, principal, agent);
    return deps.db.tenant(tenantId, async (trx) => {
      const row = await findPolicy(trx, agentId);
      return { policy: await policyView(deps, trx, { tenantId, agentId, row }) };
    });
  };
