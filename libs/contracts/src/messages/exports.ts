import { z } from "zod";
import { rpc } from "../declare.js";
import { principal } from "./callers.js";

/**
 * Sessions of the tenant, their messages, ratings, notes or verdicts, in the order in which the sessions began, those behind `after`. Each comes with the
 * cursor from which to continue behind it. Admins.
 */
export const exportRecords = rpc(
  "sessions",
  "export_records",
  "sessions",
  z.object({
    principal,
    kind: z.enum(["sessions", "messages", "ratings", "notes", "reviews"]),
    agentId: z.uuid().optional(),
    linkId: z.uuid().optional(),
    /** This session alone. */
    sessionId: z.string().max(100).optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    after: z.string().max(200).optional(),
    limit: z.number().int().min(1).max(1_000),
  }),
  z.object({
    data: z.array(z.object({ cursor: z.string(), record: z.record(z.string(), z.unknown()) })),
    more: z.boolean(),
  }),
  30_000,
);
