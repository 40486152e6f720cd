import { AppError, type listGateOverrides as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { findAgent } from "../repository/agents.js";
import { listOverrides } from "../repository/test-results.js";

/** Who activated which version although its tests were not green, and why; newest first. A read. */
export const listGateOverrides =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> =>
    deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      return { data: await listOverrides(trx, agent.id) };
    });
