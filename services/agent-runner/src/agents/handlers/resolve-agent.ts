import type { resolveAgent as contract } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { resolveVersion } from "../repository/versions.js";
import type { Resolved, ResolvedAgents } from "../resolved-agents.js";

/** The version that a new session is pinned to: the requested one, or the active one. A read; only successful answers are cached. */
export const resolveAgent =
  (deps: AgentsDeps, kept: ResolvedAgents) =>
  async (question: z.output<typeof contract.request>): Promise<Resolved> => {
    const known = kept.get(question);
    if (known) return known;
    const generation = kept.generation();
    const { tenantId, agentId, version } = question;
    const row = await deps.db.tenant(tenantId, (trx) => resolveVersion(trx, { agentId, version }));
    if (row === null) return { status: "error", code: "agent_not_found" };
    if (row.version === null) {
      return { status: "error", code: version === null ? "agent_has_no_version" : "version_not_found" };
    }
    const isActive = row.version === row.active_version;
    const resolved: Resolved = { status: "ok", agentId, agentName: row.name, version: row.version, isActive };
    kept.put(question, resolved, generation);
    return resolved;
  };
