import { z } from "zod";

export const rotateKeysBody = z.strictObject({ cursor: z.string().max(2_000).optional() }).meta({
  id: "RotateKeys",
  description: "Position from the previous call; absent = from the beginning",
  examples: [{}],
});

export const rotatedKeys = z
  .object({
    key_id: z.string().describe("Of the current master key"),
    resealed: z.int().describe("Values re-encrypted by this call"),
    unreadable: z.int().describe("Values that neither key can decrypt; they are unchanged"),
    next_cursor: z.string().nullable().describe("For the next call; null = done"),
  })
  .meta({
    id: "RotatedKeys",
    description: "Progress of the master key rotation",
    examples: [{ key_id: "3fa1c2d4", resealed: 412, unreadable: 0, next_cursor: null }],
  });
