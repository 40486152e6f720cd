import { AppError, type listVersions as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { versionCursor } from "../list-cursor.js";
import { findAgent } from "../repository/agents.js";
import { listVersions as readVersions, versionView } from "../repository/versions.js";

const MAX_PAGE = 200;

/** One page of an agent's versions, newest first. A read. */
export const listVersions =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const before = input.cursor === undefined ? null : versionCursor.decode(input.cursor);
    const limit = Math.min(Math.max(input.limit, 1), MAX_PAGE);
    return deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      const rows = await readVersions(trx, { agentId: agent.id, limit: limit + 1, before });
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return { data: page.map(versionView), nextCursor: last ? versionCursor.encode(last.version) : null };
    });
  };
