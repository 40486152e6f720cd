import type { noteVisits as contract, VisitCount } from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";

/** Stores the visit counts of gateways, tenant by tenant. Not idempotent: these counts may be lost or doubled. */
export const noteVisits =
  ({ db }: Pick<SessionsDeps, "db">) =>
  async ({ visits }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const byTenant = new Map<string, VisitCount[]>();
    for (const visit of visits) byTenant.set(visit.tenantId, [...(byTenant.get(visit.tenantId) ?? []), visit]);
    for (const [tenantId, own] of byTenant) {
      const rows = own.map(({ linkId, addressHash, ...counts }) => ({
        ...{ link_id: linkId, address_hash: addressHash, ...counts },
      }));
      await db.query("select note_visits($1, $2::jsonb)", [tenantId, JSON.stringify(rows)]);
    }
    return {};
  };
