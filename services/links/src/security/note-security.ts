import type { noteSecurity as contract, SecurityEventNote } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { keepSecurityEvents } from "./repository.js";

/** Stores the security events of a gateway, tenant by tenant. Not idempotent: these counts may be lost or doubled. */
export const noteSecurity =
  ({ db }: LinksDeps) =>
  async ({ events }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const byTenant = new Map<string, SecurityEventNote[]>();
    for (const event of events) byTenant.set(event.tenantId, [...(byTenant.get(event.tenantId) ?? []), event]);
    let noted = 0;
    for (const [tenantId, own] of byTenant) noted += await keepSecurityEvents(db, tenantId, own);
    return { noted };
  };
