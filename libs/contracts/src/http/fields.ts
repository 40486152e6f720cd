import { z } from "zod";

/** What a caller keeps beside a thing of its own. */
export const metadata = z
  .record(z.string().max(128), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 16_384, {
    message: "must be at most 16 KiB of JSON",
  });
