import { z } from "zod";

/** No NUL, which the database does not take, and no half characters. */
export const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((given) => !given.includes("\u0000") && given.isWellFormed(), { message: "must be plain text" });
