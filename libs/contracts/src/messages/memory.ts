import { z } from "zod";
import { rpc } from "../declare.js";

/** The remembered block for a person, or null. `subject`: the keyed hash under which it is kept; absent from older versions. */
export const recall = rpc(
  "memory",
  "recall",
  "memory",
  z.object({ tenantId: z.uuid(), agentId: z.uuid(), email: z.string() }),
  z.object({ summary: z.string().nullable(), notes: z.string().nullable(), subject: z.string().optional() }),
  1_000,
);
