import { AppError, agentActivated, type activateVersion as contract, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { activate, findAgent, viewOf } from "../repository/agents.js";

/** Makes a version the active one. Idempotent: one column says which version is active, so there is never another. */
export const activateVersion =
  (deps: AgentsDeps, onActivated: (agentId: string) => void) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const { version } = input;
    const agent = await changeWithFacts(deps, tenantId, async (trx) => {
      const known = await findAgent(trx, input.agent, { lock: true });
      if (known === null) throw new AppError("agent_not_found");
      const row = await activate(trx, { agentId: known.id, version });
      if (row === null) throw new AppError("version_not_found");
      const payload = { tenantId, agentId: known.id, version };
      return { answer: viewOf(row), facts: [{ contract: agentActivated, key: known.id, payload }] };
    });
    onActivated(agent.id);
    return { agent };
  };
