import { AppError, type updateAgent as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { updateAgent as changeAgent, findAgent, leadsElsewhere, lockNames, viewOf } from "../repository/agents.js";

/** Changes name, description and MCP tools of an agent; its slug and its versions stay. Idempotent by state. Throws `name_taken`. */
export const updateAgent =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    return deps.db.tenant(tenantId, async (trx) => {
      if (input.name !== undefined) await lockNames(trx, tenantId);
      const known = await findAgent(trx, input.agent, { lock: true });
      if (known === null) throw new AppError("agent_not_found");
      const { name, description, mcp_tools: mcpTools } = input;
      if (name !== undefined && name !== known.name && (await leadsElsewhere(trx, { name, id: known.id })))
        throw new AppError("name_taken");
      return { agent: viewOf(await changeAgent(trx, { id: known.id, name, description, mcpTools })) };
    });
  };
