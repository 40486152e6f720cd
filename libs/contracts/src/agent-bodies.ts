import { z } from "zod";

/** HTTP bodies of calls on agents and their versions; strict like all management bodies. */
const overrideReason = z.string().trim().min(1).max(1000);

export const activateVersionBody = z.strictObject({ override_reason: overrideReason.optional() });
export const replayVersionBody = z
  .strictObject({
    /** Exactly these; default the newest of the agent. */
    session_ids: z.array(z.string().min(1).max(128)).min(1).max(500).optional(),
    link_id: z.uuid().optional(),
    limit: z.int().min(1).max(500).optional(),
  })
  .refine((body) => body.session_ids === undefined || body.limit === undefined, {
    message: "give session_ids or limit",
  });
export const updateAgentBody = z
  .strictObject({ name: z.string().trim().min(1).max(255), description: z.string().max(1000).nullable() })
  .partial()
  .refine((body) => Object.keys(body).length > 0, { message: "give name or description" });
export const bulkImportAgentsBody = z.strictObject({
  /** Objects, or JSON or YAML text. */
  documents: z.array(z.unknown()).min(1).max(50),
  dry_run: z.boolean().optional(),
  activate: z.boolean().optional(),
});
