import { AppError, type sessionToTest as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import type { Versions } from "../replay/versions.js";
import { findSession, turnsOf } from "../repository/recordings.js";
import { sessionToTest as makeTest } from "../to-test/session-to-test.js";

/** A recorded session as a test of the version it ran on, without what points to a person. A read. */
export const sessionToTest =
  (deps: AgentsDeps, versions: Versions) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const { session, turns } = await deps.db.tenant(tenantId, async (trx) => {
      const session = await findSession(trx, input.sessionId);
      if (session === null) throw new AppError("session_not_found");
      if (session.purged) throw new AppError("content_removed");
      return { session, turns: (await turnsOf(trx, [session.id])).get(session.id) ?? [] };
    });
    const { agent_id: agent, agent_version: version } = session;
    const definition = await versions.named(tenantId, agent, version);
    return { agent, version, ...(await makeTest(session, turns, definition)) };
  };
