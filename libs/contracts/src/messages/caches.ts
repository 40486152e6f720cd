import { z } from "zod";
import { event } from "../declare.js";

/** An admin wants nothing remembered of an agent and its links, or of all agents of the tenant (null). Every replica drops it; it is read again. */
export const cachesDropped = event(
  "agents",
  "caches_dropped",
  z.object({ tenantId: z.uuid(), agentId: z.uuid().nullable() }),
);
