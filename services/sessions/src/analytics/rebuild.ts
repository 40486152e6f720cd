import { type rebuildAnalytics as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";

/**
 * Makes the next rounds of the job rebuild the rollups of the caller's tenant. Idempotent: a second call starts over, and the
 * numbers end up the same.
 */
export const rebuildAnalytics =
  ({ db }: Pick<SessionsDeps, "db">) =>
  async ({ principal }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    const rows = await db.query<{ sessions: number }>("select rebuild_analytics($1) as sessions", [
      tenantOf(principal),
    ]);
    return { sessions: rows[0]?.sessions ?? 0 };
  };
