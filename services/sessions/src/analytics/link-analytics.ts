import { type linkAnalytics as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { readLinkAnalytics } from "./repository.js";

/** Analytics of a link of the caller's tenant. A read; another tenant's link shows no sessions. */
export const linkAnalyticsHandler =
  (deps: SessionsDeps) =>
  ({ principal, linkId, days }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> =>
    readLinkAnalytics(deps.db, { tenantId: tenantOf(principal), linkId, days });
