import { AppError, type updateAgent as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { updateAgent as changeAgent, findAgent, viewOf } from "../repository/agents.js";

/** Changes name and description of an agent; its slug and its versions stay. Idempotent by state. */
export const updateAgent =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    return deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const known = await findAgent(trx, input.agent, { lock: true });
      if (known === null) throw new AppError("agent_not_found");
      const { name, description } = input;
      return { agent: viewOf(await changeAgent(trx, { id: known.id, name, description })) };
    });
  };
