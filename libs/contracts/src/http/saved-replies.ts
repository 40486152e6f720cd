import { z } from "zod";

const fields = {
  key: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/)
    .describe("Typed after a slash: lower case letters, digits, `-` and `_`"),
  content: z
    .string()
    .max(40_000)
    .transform((text) => text.normalize("NFC"))
    .refine((text) => text.trim() !== "", { message: "must not be blank" })
    .refine((text) => [...text].length <= 10_000, { message: "must have at most 10,000 characters" })
    .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
    .describe(
      "Markdown; `{{visitor_name}}`, `{{operator_name}}` and `{{any collected value}}` are filled in by the console",
    ),
  action: z
    .enum(["resolve", "hand_back", "transfer"])
    .nullable()
    .optional()
    .describe("Action after it has been sent; null = none"),
  transfer_to: z
    .string()
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .describe("With the action `transfer`: the operator who gets the conversation, as `GET /operators` names them"),
  digit: z.int().min(1).max(9).nullable().optional().describe("Key that inserts the reply in the inbox"),
};

export const createSavedReplyBody = z.strictObject(fields).meta({
  id: "CreateSavedReply",
  description: "A reply to save",
  examples: [{ key: "hours", content: "Hello {{visitor_name}}, we are open from nine to five.", digit: 1 }],
});

export const updateSavedReplyBody = z
  .strictObject({ ...fields, key: fields.key.optional(), content: fields.content.optional() })
  .refine((body) => Object.keys(body).length > 0, { message: "must change something" })
  .meta({
    id: "UpdateSavedReply",
    description: "The fields of a saved reply to change",
    examples: [{ action: "resolve" }],
  });

export const savedReply = z
  .object({
    id: z.uuid(),
    key: z.string(),
    content: z.string(),
    action: z.enum(["resolve", "hand_back", "transfer"]).nullable(),
    transfer_to: z.string().nullable(),
    digit: z.int().nullable(),
    created_by: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({
    id: "SavedReply",
    description: "A saved reply of the team; with an action it is a macro",
    examples: [
      {
        ...{ id: "018f3a5e-7c1b-7d2e-8a4f-000000000032", key: "hours", action: null, digit: 1 },
        transfer_to: null,
        content: "Hello {{visitor_name}}, we are open from nine to five.",
        created_by: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        ...{ created_at: "2026-11-01T10:00:00.000Z", updated_at: "2026-11-01T10:00:00.000Z" },
      },
    ],
  });
export type SavedReply = z.infer<typeof savedReply>;
