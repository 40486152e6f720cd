import { z } from "zod";

/** PostgreSQL stores no text with NUL. */
export const hasNoNul = (text: string): boolean => !text.includes("\u0000");

export const noteBody = z
  .strictObject({
    content: z
      .string()
      .max(16_000)
      .transform((text) => text.normalize("NFC").trim())
      .refine((text) => text !== "", { message: "must not be blank" })
      .refine((text) => [...text].length <= 4_000, { message: "must have at most 4,000 characters" })
      .refine(hasNoNul, { message: "must not contain NUL" }),
    name: z.string().trim().min(1).max(200).optional().describe("Author name shown to the team"),
    operator: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe("The author; only signed backends may name a person"),
  })
  .meta({
    id: "WriteNote",
    description: "A note for the team",
    examples: [{ content: "Called back on Monday, is happy.", name: "Grace" }],
  });

export const sessionNote = z
  .object({
    id: z.uuid(),
    session_id: z.string(),
    author: z.string().describe("Id of the credentials, or the operator named by a signed backend"),
    author_name: z.string().nullable(),
    content: z.string().describe("Markdown"),
    created_at: z.string(),
    mine: z.boolean().optional().describe("The caller is its author"),
  })
  .meta({
    id: "SessionNote",
    description: "A note of the team on a session; never shown to visitors or agents",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000031",
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        author: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        author_name: "Grace",
        content: "Called back on Monday, is happy.",
        created_at: "2026-11-01T10:00:00.000Z",
        mine: true,
      },
    ],
  });
export type SessionNote = z.infer<typeof sessionNote>;
