import { type listSecurityEvents as contract, requireRole, tenantOf, timeCursor } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { readSecurityEvents } from "./repository.js";

/** One page of a tenant's security events, newest first. A read. */
export const listSecurityEvents =
  ({ db }: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "viewer");
    const { days, limit, linkId = null, kind = null } = input;
    const before = input.cursor === undefined ? null : timeCursor.decode(input.cursor);
    // One row more than requested shows whether there is a next page.
    const filter = { linkId, kind, days, before, limit: limit + 1 };
    const rows = await readSecurityEvents(db, tenantOf(input.principal), filter);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      data: page.map(({ position: _position, ...shown }) => shown),
      nextCursor: last === undefined ? null : timeCursor.encode({ createdAt: last.position, id: last.id }),
    };
  };
