import { AppError, type getAgent as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { findAgent, viewOf } from "../repository/agents.js";

/** One agent of the caller's tenant. A read. */
export const getAgent =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const row = await deps.db.tenant(tenantOf(input.principal), (trx) => findAgent(trx, input.agent));
    if (row === null) throw new AppError("agent_not_found");
    return { agent: viewOf(row) };
  };
