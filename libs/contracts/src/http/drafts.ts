import { z } from "zod";

const revision = z.int().min(1).describe("Grows with each save; the ETag of the draft");
const saved_at = z.string();
const base_version = z
  .int()
  .nullable()
  .describe("The version that was live when it was begun or last brought up to date; null = none was");

/** As long as the longest document. */
const MAX_LENGTH = 1_048_576;

export const saveDraftBody = z
  .strictObject({
    text: z.string().max(MAX_LENGTH).describe("The document as it stands in the editor; it may be wrong"),
    base_version,
  })
  .meta({
    id: "SaveDraft",
    description: "A draft as it stands in the editor",
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
  description: "That somebody has a draft; its text is for its author alone",
  examples: [ENTRY],
});

export const draftView = z.object({ ...entry, text: z.string(), live_version: z.int().nullable() }).meta({
  id: "Draft",
  description: "One's own draft",
  examples: [{ ...ENTRY, text: "agent: {}\n", live_version: 3 }],
});

export const draftSave = z.object({ revision, base_version, saved_at, text: z.string().optional() }).meta({
  id: "DraftSave",
  description: "An earlier state of one's own draft; in lists without its text",
  examples: [{ revision: 5, base_version: 3, saved_at: "2026-11-01T09:58:00.000Z" }],
});

export const publishDraftBody = z
  .strictObject({
    revision: revision.describe("The revision that goes out"),
    activate: z.boolean().default(true),
    notes: z.string().max(500).nullish(),
    override_reason: z.string().trim().min(1).max(500).optional(),
  })
  .meta({
    id: "PublishDraft",
    description: "What is published, and why",
    examples: [{ revision: 7, activate: true, notes: "Friendlier greeting" }],
  });
