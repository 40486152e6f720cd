import {
  AppError,
  agentDeleted,
  type deleteAgent as contract,
  deleteLink,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { removeDraftsOf } from "../drafts/repository.js";
import { endSessionsOf, findAgent, markDeleted, usesOf } from "../repository/agents.js";
import { removeSecretsOf } from "../secrets/repository.js";

/**
 * Deletes an agent; its conversations stay. While it has live links or sessions this needs `force`, which deletes the links and
 * ends the sessions first. Idempotent: after a call that failed half-way, the next one does the rest.
 * Throws `agent_not_found`, `agent_in_use`.
 */
export const deleteAgent =
  (deps: AgentsDeps, onGone: (agentId: string) => void) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const { principal, force } = input;
    const { agent, uses } = await deps.db.tenant(tenantId, async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      return { agent, uses: await usesOf(trx, agent.id) };
    });
    if (!force && (uses.activeLinks > 0 || uses.sessions > 0)) {
      throw new AppError("agent_in_use", { extra: { live_links: uses.activeLinks, live_sessions: uses.sessions } });
    }
    let ended = 0;
    for (const linkId of uses.links) {
      const { sessionsEnded } = await deps.bus.call(deleteLink, { principal, agent: agent.id, id: linkId });
      ended += sessionsEnded;
    }
    const more = await changeWithFacts(deps, tenantId, async (trx) => {
      const still = await findAgent(trx, agent.id, { lock: true });
      if (still === null) return { answer: 0, facts: [] };
      // A session that was opened since the first look.
      if (!force && (await usesOf(trx, agent.id)).sessions > 0) throw new AppError("agent_in_use");
      await markDeleted(trx, agent.id);
      await removeSecretsOf(trx, agent.id);
      await removeDraftsOf(trx, agent.id);
      const payload = { tenantId, agentId: agent.id };
      const answer = await endSessionsOf(trx, agent.id);
      return { answer, facts: [{ contract: agentDeleted, key: agent.id, payload }] };
    });
    onGone(agent.id);
    return { deleted: true, links_deleted: uses.links.length, sessions_ended: ended + more };
  };
