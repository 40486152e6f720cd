import { z } from "zod";
import { codePoints } from "./fields.js";

const iso = z.string();

/** Characters of the summary, and of the notes: both together are what a prompt has room for. */
export const MEMORY_TEXT_CHARACTERS = 4_000;

/** A text to remember: NFC, trimmed; blank = nothing. */
const memoryText = z
  .string()
  .transform((text) => text.normalize("NFC").trim())
  .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
  .refine((text) => text.isWellFormed(), { message: "must not contain half a surrogate pair" })
  .refine((text) => codePoints(text) <= MEMORY_TEXT_CHARACTERS, {
    message: `must have at most ${MEMORY_TEXT_CHARACTERS} characters`,
  })
  .transform((text) => text || null)
  .nullable();

const revision = z.int().min(1).max(2_147_483_647).describe("Number of changes to this memory");

export const listedMemory = z.object({ address: z.string(), updated_at: iso }).meta({
  id: "ListedMemory",
  description: "A person in the agent's memory",
  examples: [{ address: "ada@example.com", updated_at: "2026-11-01T10:00:00.000Z" }],
});
export type ListedMemory = z.infer<typeof listedMemory>;

const memoryState = z.object({
  summary: z.string().nullable().describe("Generated from the conversations and updated as they continue"),
  notes: z.string().nullable().describe("Written by the owner or the agent; not changed by summaries"),
});
export type MemoryState = z.infer<typeof memoryState>;

export const memoryView = memoryState.extend({ address: z.string(), revision, updated_at: iso }).meta({
  id: "Memory",
  description: "The memory of a person with a confirmed address",
  examples: [
    {
      ...{ address: "ada@example.com", summary: "Ada asks about MRI appointments.", notes: "Prefers mornings." },
      ...{ revision: 4, updated_at: "2026-11-01T10:00:00.000Z" },
    },
  ],
});
export type MemoryView = z.infer<typeof memoryView>;

export const memoryBody = z
  .strictObject({
    summary: memoryText.optional(),
    notes: memoryText.optional(),
    revision: revision.optional().describe("The revision that was read; another one now is a `conflict`"),
  })
  .meta({
    id: "SetMemory",
    description: "The texts to set; omitted ones are kept, null deletes one",
    examples: [{ notes: "Prefers mornings.", revision: 3 }],
  });

export const undoMemoryBody = z
  .strictObject({
    to: revision.describe("The earlier revision to restore"),
    revision: revision.optional().describe("The revision that was read; another one now is a `conflict`"),
  })
  .meta({
    id: "UndoMemory",
    description: "Restores the texts of an earlier revision, as a new one",
    examples: [{ to: 3, revision: 4 }],
  });

export const memorySource = z.enum(["summary", "tool", "person"]);
export type MemorySource = z.infer<typeof memorySource>;

export const memoryChange = z
  .object({
    revision,
    at: iso,
    source: memorySource.describe("The author: the summary of a conversation, the agent's tool, or a person"),
    actor: z.string().nullable().describe("The person's credentials; null for the others"),
    session_id: z.string().nullable().describe("The conversation it comes from; null for a person"),
    restored_from: z.int().nullable().describe("The restored revision; null = new texts"),
    before: memoryState.nullable().describe("Null for the first change, and if the previous one is no longer kept"),
    after: memoryState,
  })
  .meta({
    id: "MemoryChange",
    description: "One change of a memory",
    examples: [
      {
        ...{ revision: 4, at: "2026-11-01T10:00:00.000Z", source: "person", actor: "tok_9f2" },
        ...{ session_id: null, restored_from: null },
        before: { summary: "Ada asks about MRI appointments.", notes: null },
        after: { summary: "Ada asks about MRI appointments.", notes: "Prefers mornings." },
      },
    ],
  });
export type MemoryChange = z.infer<typeof memoryChange>;
