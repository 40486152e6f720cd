import { AppError, type deleteAgentSecret as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { findAgent } from "../repository/agents.js";
import { removeSecret } from "./repository.js";

/**
 * Deletes a secret, even one that the live version names: a leaked secret must stop working at once, and calls that name it fail with
 * `api_secret_missing`. Idempotent by state: a second call gets `secret_not_found`.
 */
export const deleteAgentSecret =
  ({ db }: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    return db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      if (!(await removeSecret(trx, { agentId: agent.id, name: input.name }))) throw new AppError("secret_not_found");
      return { deleted: true };
    });
  };
