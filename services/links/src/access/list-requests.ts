import { type listAccessRequests as contract, requireRole, tenantOf, timeCursor } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "../links/agents.js";
import { listRequests as readRequests } from "./repository.js";
import { requestView } from "./request-view.js";

/** Who asked for access to an agent, newest first. A read. */
export const listRequests =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const before = input.cursor === undefined ? null : timeCursor.decode(input.cursor);
    const { id: agentId } = await requireAgent(deps.bus, input.principal, input.agent);
    const { status = null, limit } = input;
    const rows = await deps.db.tenant(tenantId, (trx) =>
      readRequests(trx, { agentId, status, limit: limit + 1, before }),
    );
    const data = rows.slice(0, limit).map((row) => requestView(deps, { tenantId, agentId }, row));
    const last = data.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { data, nextCursor: more ? timeCursor.encode({ createdAt: last.created_at, id: last.id }) : null };
  };
