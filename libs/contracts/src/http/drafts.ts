import { z } from "zod";

const revision = z.int().min(1).describe("Increases with each save; the ETag of the draft");
const saved_at = z.string();
const base_version = z
  .int()
  .nullable()
  .describe("The active version when the draft was started or last updated; null = none");

/** As long as the longest document. */
const MAX_LENGTH = 1_048_576;

export const saveDraftBody = z
  .strictObject({
    text: z.string().max(MAX_LENGTH).describe("The document as in the editor; may contain errors"),
    base_version,
  })
  .meta({
    id: "SaveDraft",
    description: "The text of a draft",
    examples: [{ text: "agent: { name: Clinic }\n", base_version: 3 }],
  });

const author = z.object({ via: z.enum(["user", "token", "hmac"]), id: z.string() });

const entry = { author, mine: z.boolean(), revision, base_version, saved_at };
const ENTRY = {
  author: { via: "user" as const, id: "0198c0de-0000-7000-8000-000000000001" },
  mine: true,
  revision: 7,
  base_version: 3,
  saved_at: "2026-11-01T10:00:00.000Z",
};

export const draftEntry = z.object(entry).meta({
  id: "DraftEntry",
  description: "A draft without its text, which only its author can read",
  examples: [ENTRY],
});

export const draftView = z.object({ ...entry, text: z.string(), live_version: z.int().nullable() }).meta({
  id: "Draft",
  description: "The caller's draft",
  examples: [{ ...ENTRY, text: "agent: {}\n", live_version: 3 }],
});

export const draftSave = z.object({ revision, base_version, saved_at, text: z.string().optional() }).meta({
  id: "DraftSave",
  description: "An earlier state of the caller's draft; in lists without its text",
  examples: [{ revision: 5, base_version: 3, saved_at: "2026-11-01T09:58:00.000Z" }],
});

export const publishDraftBody = z
  .strictObject({
    revision: revision.describe("The revision to publish"),
    activate: z.boolean().default(true),
    notes: z.string().max(500).nullish(),
    override_reason: z.string().trim().min(1).max(500).optional(),
  })
  .meta({
    id: "PublishDraft",
    description: "The draft to publish, and why",
    examples: [{ revision: 7, activate: true, notes: "Friendlier greeting" }],
  });
