import { AppError, type activateVersion as contract, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { publishVersion } from "../publish-version.js";
import { findAgent, viewOf } from "../repository/agents.js";

/** Activates a version. Idempotent: a single column stores which version is active. */
export const activateVersion =
  (deps: AgentsDeps, onActivated: (agentId: string) => void) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const { principal, version, overrideReason } = input;
    const agent = await changeWithFacts(deps, tenantId, async (trx) => {
      const known = await findAgent(trx, input.agent, { lock: true });
      if (known === null) throw new AppError("agent_not_found");
      const at = { tenantId, agentId: known.id, version, principal, overrideReason, secrets: deps.secrets };
      const { row, facts } = await publishVersion(trx, at);
      return { answer: viewOf(row), facts };
    });
    onActivated(agent.id);
    return { agent };
  };
