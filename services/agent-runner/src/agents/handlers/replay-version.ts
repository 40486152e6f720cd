import { AppError, type replayVersion as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { replaySessions } from "../replay/replay-sessions.js";
import type { Versions } from "../replay/versions.js";
import { findAgent } from "../repository/agents.js";
import { pickSessions, purgedSessions, turnsOf } from "../repository/recordings.js";

/** Time limit of one call; sessions that remain are named in the answer. */
const REPLAY_MS = 40_000;

/** Replays recorded sessions against a version. A read: stores nothing, calls no model and no server. */
export const replayVersion =
  (deps: AgentsDeps, versions: Versions) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const deadlineAt = performance.now() + REPLAY_MS;
    const tenantId = tenantOf(input.principal);
    const { version, linkId, limit } = input;
    const sessionIds = input.sessionIds && [...new Set(input.sessionIds)];
    const { agent, sessions, purged } = await deps.db.tenant(tenantId, async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      const pick = { agentId: agent.id, sessionIds, linkId, limit: sessionIds?.length ?? limit };
      const sessions = await pickSessions(trx, pick);
      return { agent, sessions, purged: await purgedSessions(trx, pick, sessions) };
    });
    const report = await replaySessions(
      {
        start: await versions.named(tenantId, agent.id, version),
        agentId: agent.id,
        version,
        load: versions.load(tenantId),
        turnsOf: (ids) => deps.db.tenant(tenantId, (trx) => turnsOf(trx, ids)),
        deadlineAt,
      },
      sessions,
    );
    const known = new Set([...sessions.map(({ session_id }) => session_id), ...purged]);
    return { ...report, purged: purged.length, unknown: (sessionIds ?? []).filter((id) => !known.has(id)) };
  };
