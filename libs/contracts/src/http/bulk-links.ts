import { z } from "zod";
import { freeObject } from "../free-object.js";

export const BULK_MAX = 500;

const item = freeObject.describe("As `CreateLink`; each is checked by itself, so that a wrong one stops no other");
/**
 * 1–500 items in all. With `recipients` each link of `create` is made once per recipient. No link may be changed twice.
 */
export const bulkLinksBody = z
  .strictObject({
    create: z.array(item).max(BULK_MAX).default([]),
    recipients: z.array(z.unknown()).min(1).max(BULK_MAX).optional(),
    update: z
      .array(z.looseObject({ id: z.uuid() }))
      .max(BULK_MAX)
      .default([]),
    deactivate: z.array(z.uuid()).max(BULK_MAX).default([]),
  })
  .superRefine((body, context) => {
    const items = body.create.length * (body.recipients?.length ?? 1) + body.update.length + body.deactivate.length;
    if (items < 1 || items > BULK_MAX)
      context.addIssue({ code: "custom", message: `must hold 1 to ${BULK_MAX} items in all` });
    const seen = new Set<string>();
    const once = (id: string, path: (string | number)[]): void => {
      if (seen.has(id.toLowerCase())) context.addIssue({ code: "custom", path, message: "names a link twice" });
      seen.add(id.toLowerCase());
    };
    for (const [index, { id }] of body.update.entries()) once(id, ["update", index, "id"]);
    for (const [index, id] of body.deactivate.entries()) once(id, ["deactivate", index]);
  })
  .meta({
    id: "BulkLinks",
    description: "Links to create, change and deactivate in one call",
    examples: [{ create: [{ title: "Talk to us" }], deactivate: ["018f3a5e-7c1b-7d2e-8a4f-000000000003"] }],
  });
export type BulkLinksBody = z.infer<typeof bulkLinksBody>;

const fieldError = z.object({ pointer: z.string(), rule: z.string(), message: z.string() });
/** `index` is the place in the list named by `action`; among made links, recipients of one body follow each other. */
export const bulkLinkResult = z
  .object({
    index: z.number().int(),
    action: z.enum(["create", "update", "deactivate"]),
    status: z.enum(["created", "updated", "deactivated", "error"]),
    id: z.uuid().optional(),
    /** Only of links that were made, and only here. */
    token: z.string().optional(),
    /** Pointers are into the item. */
    error: z.object({ code: z.string(), message: z.string(), errors: z.array(fieldError).optional() }).optional(),
  })
  .meta({
    id: "BulkLinkResult",
    description: "The result of one item of a bulk call",
    examples: [{ index: 0, action: "deactivate", status: "deactivated", id: "018f3a5e-7c1b-7d2e-8a4f-000000000003" }],
  });
export type BulkLinkResult = z.infer<typeof bulkLinkResult>;
