import { z } from "zod";
import { rpc, work } from "../declare.js";

export const summarise = work(
  "memory",
  "summarise",
  "JOBS",
  "memory",
  z.object({ tenantId: z.uuid(), sessionId: z.string() }),
);
/** The remembered block for a person, or null. */
export const recall = rpc(
  "memory",
  "recall",
  "memory",
  z.object({ tenantId: z.uuid(), agentId: z.uuid(), email: z.string() }),
  z.object({ summary: z.string().nullable(), notes: z.string().nullable() }),
  1_000,
);
