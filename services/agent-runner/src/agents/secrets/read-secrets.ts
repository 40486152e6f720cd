import {
  AppError,
  type getAgentSecret as getContract,
  type listAgentSecrets as listContract,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { nameCursor } from "../list-cursor.js";
import { findAgent } from "../repository/agents.js";
import { findSecret, listSecrets } from "./repository.js";

const MAX_PAGE = 200;

/** One page of an agent's secrets, by name, without their values. A read. */
export const listAgentSecrets =
  ({ db }: AgentsDeps) =>
  async (input: z.output<typeof listContract.request>): Promise<z.input<typeof listContract.response>> => {
    requireRole(input.principal, "editor");
    const after = input.cursor === undefined ? "" : nameCursor.decode(input.cursor);
    const limit = Math.min(Math.max(input.limit, 1), MAX_PAGE);
    return db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      const found = await listSecrets(trx, { agentId: agent.id, after, limit: limit + 1 });
      const data = found.slice(0, limit);
      const last = found.length > limit ? data.at(-1) : undefined;
      return { data, nextCursor: last ? nameCursor.encode(last.name) : null };
    });
  };

/** One secret of an agent, without its value. A read. */
export const getAgentSecret =
  ({ db }: AgentsDeps) =>
  async (input: z.output<typeof getContract.request>): Promise<z.input<typeof getContract.response>> => {
    requireRole(input.principal, "editor");
    return db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      const secret = await findSecret(trx, { agentId: agent.id, name: input.name });
      if (secret === null) throw new AppError("secret_not_found");
      return { secret };
    });
  };
