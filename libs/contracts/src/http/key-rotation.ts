import { z } from "zod";

export const rotateKeysBody = z.strictObject({ cursor: z.string().max(2_000).optional() }).meta({
  id: "RotateKeys",
  description: "Where the last call stopped; nothing = from the beginning",
  examples: [{}],
});

export const rotatedKeys = z
  .object({
    key_id: z.string().describe("Of the master key that everything is sealed under now"),
    resealed: z.int().describe("Values that this call has sealed anew"),
    unreadable: z.int().describe("Values that neither key opens; they stay as they are"),
    next_cursor: z.string().nullable().describe("For the next call; null = done"),
  })
  .meta({
    id: "RotatedKeys",
    description: "How far the change of the master key has come",
    examples: [{ key_id: "3fa1c2d4", resealed: 412, unreadable: 0, next_cursor: null }],
  });
