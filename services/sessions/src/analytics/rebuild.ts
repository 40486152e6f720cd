import { type rebuildAnalytics as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";

/**
 * Has the rollups of the caller's tenant made again by the next rounds of the job. Idempotent: a second one begins again, and the
 * numbers are the same in the end.
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
