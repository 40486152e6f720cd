import { type listAgents as contract, tenantOf, timeCursor } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { listAgents as readAgents, viewOf } from "../repository/agents.js";

const MAX_PAGE = 200;

/** One page of the tenant's agents, newest first. A read. */
export const listAgents =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const before = input.cursor === undefined ? null : timeCursor.decode(input.cursor);
    const limit = Math.min(Math.max(input.limit, 1), MAX_PAGE);
    // One row more than requested shows whether there is a next page.
    const rows = await deps.db.tenant(tenantOf(input.principal), (trx) =>
      readAgents(trx, { limit: limit + 1, before }),
    );
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      data: page.map(viewOf),
      nextCursor: last ? timeCursor.encode({ createdAt: last.position, id: last.id }) : null,
    };
  };
