import { takeWithinBytes } from "@parley/bus";
import { type listLinks as contract, tenantOf, timeCursor } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "./agents.js";
import { ownerView } from "./link-row.js";
import { countLinks, listLinks as readLinks, usageOf } from "./repository.js";

const MAX_PAGE = 200;

/**
 * One page of an agent's links, newest first. A cursor takes precedence over an offset; disabled links only on request. Inline logos are
 * left out. A read.
 */
export const listLinks =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const tenantId = tenantOf(input.principal);
    const before = input.cursor === undefined ? null : timeCursor.decode(input.cursor);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const limit = Math.min(Math.max(input.limit, 1), MAX_PAGE);
    const filter = { agentId: agent.id, includeInactive: input.includeInactive };
    const offset = before ? 0 : Math.max(input.offset ?? 0, 0);
    return deps.db.tenant(tenantId, async (trx) => {
      // One row more than requested shows whether there is a next page.
      const rows = await readLinks(trx, { ...filter, limit: limit + 1, offset, before });
      const page = takeWithinBytes(rows.slice(0, limit));
      const usage = await usageOf(
        trx,
        page.map((row) => row.id),
      );
      const last = rows.length > page.length ? page.at(-1) : undefined;
      return {
        data: page.map((row) => ownerView(row, usage.get(row.id) ?? { messages: 0, sessions_active: 0 })),
        nextCursor: last ? timeCursor.encode({ createdAt: last.position, id: last.id }) : null,
        total: await countLinks(trx, filter),
      };
    });
  };
