import { AppError, type sessionToTest as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import type { Versions } from "../replay/versions.js";
import { findSession, turnsOf, wrongTurnOf } from "../repository/recordings.js";
import { sessionToTest as makeTest } from "../to-test/session-to-test.js";

/**
 * A recorded session as a test of the version it ran on, without what points to a person. One that the team found wrong in a turn ends
 * there, with what should have been said. A read.
 */
export const sessionToTest =
  (deps: AgentsDeps, versions: Versions) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const { session, turns, wrong } = await deps.db.tenant(tenantId, async (trx) => {
      const session = await findSession(trx, input.sessionId);
      if (session === null) throw new AppError("session_not_found");
      if (session.purged) throw new AppError("content_removed");
      const turns = (await turnsOf(trx, [session.id])).get(session.id) ?? [];
      return { session, turns, wrong: await wrongTurnOf(trx, session.id) };
    });
    const { agent_id: agent, agent_version: version } = session;
    const definition = await versions.named(tenantId, agent, version);
    return { agent, version, ...(await makeTest({ session, turns, wrong }, definition)) };
  };
