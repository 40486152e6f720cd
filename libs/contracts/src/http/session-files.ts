import { z } from "zod";

/** What the team may send at most, in bytes. */
export const TEAM_FILE_MAX_BYTES = 10_485_760;

export const teamFileBody = z
  .strictObject({
    name: z.string().min(1).max(500),
    /** What it is said to be; the bytes decide. */
    media_type: z.string().max(100).optional(),
    /** Base64. */
    content: z
      .string()
      .min(1)
      .max(Math.ceil(TEAM_FILE_MAX_BYTES / 3) * 4),
  })
  .meta({
    id: "UploadFile",
    description: "A file to send to the visitor with a reply",
    examples: [{ name: "terms.txt", content: "VGVybXM=" }],
  });

export const sessionFile = z
  .object({ id: z.uuid(), name: z.string(), media_type: z.string(), bytes: z.int().min(0) })
  .meta({
    id: "SessionFile",
    description: "A file of a session",
    examples: [{ id: "018f3a5e-7c1b-7d2e-8a4f-000000000006", name: "terms.txt", media_type: "text/plain", bytes: 5 }],
  });
