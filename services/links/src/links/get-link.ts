import { AppError, type getLink as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "./agents.js";
import { ownerView } from "./link-row.js";
import { findLink, usageOf } from "./repository.js";

/** One link with its usage. A read. */
export const getLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    return deps.db.tenant(tenantId, async (trx) => {
      const row = await findLink(trx, { agentId: agent.id, id: input.id });
      if (row === null) throw new AppError("link_not_found");
      const usage = await usageOf(trx, [row.id]);
      return { link: ownerView(row, usage.get(row.id) ?? { messages: 0, sessions_active: 0 }) };
    });
  };
