import { z } from "zod";
import { rpc } from "../declare.js";

/** The remembered block for a person, or null. */
export const recall = rpc(
  "memory",
  "recall",
  "memory",
  z.object({ tenantId: z.uuid(), agentId: z.uuid(), email: z.string() }),
  z.object({ summary: z.string().nullable(), notes: z.string().nullable() }),
  1_000,
);
