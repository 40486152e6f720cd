import { z } from "zod";
import { emailAddress } from "../email-address.js";
import { freeObject } from "../free-object.js";

/** Unicode code points of a text, which is what limits on length count. */
export const codePoints = (text: string): number => [...text].length;

/** A character that shows; zero-width, control and filler characters alone are a blank text. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Text a visitor or a backend sends: NFC, 1–10,000 code points, not blank, no NUL. */
export const messageText = z
  .string()
  .meta({ minLength: 1, maxLength: 10_000 })
  .transform((text) => text.normalize("NFC"))
  .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
  .refine((text) => text.isWellFormed(), { message: "must not contain half a surrogate pair" })
  .refine((text) => VISIBLE.test(text), { message: "must not be blank" })
  .refine((text) => codePoints(text) <= 10_000, { message: "must have at most 10000 characters" });

/** What a caller keeps beside a thing of its own. */
export const metadata = z
  .record(z.string().max(128), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 16_384, { message: "must be at most 16 KiB of JSON" });

export const clientMessageId = z.string().min(1).max(128);

export const participantFields = {
  email: emailAddress.optional(),
  name: z.string().max(200).optional(),
  identifier: z.string().max(200).optional(),
};

/** Whom a session is with, as they, their page, their link or a backend said. */
export const shownParticipant = z
  .looseObject({ email: z.string(), name: z.string(), identifier: z.string(), metadata: freeObject })
  .partial();

/** What a link may ask for before a session begins: with the session, or with the first message. */
export const entry = {
  consent: z.boolean().optional(),
  pin: z.string().max(64).optional(),
  /** Solution of `GET /api/public/challenge/{token}`. */
  proof: z.string().max(4096).optional(),
};

/** A page of a list. `next_cursor` null = the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });
export const deleted = z.object({ deleted: z.literal(true) });
export const succeeded = z.object({ success: z.literal(true) });

const WISH_METADATA_BYTES = 8_192;

/** What a wish for a human may say; of a visitor nothing of it is believed. */
export const wishForHuman = {
  reason: z
    .string()
    .max(1000)
    .refine((given) => !given.includes("\u0000"), { message: "must not contain NUL" })
    .nullish(),
  metadata: freeObject
    .refine((given) => JSON.stringify(given).length <= WISH_METADATA_BYTES, {
      message: "must be at most 8 KiB as JSON",
    })
    .refine((given) => !JSON.stringify(given).includes("\\u0000"), { message: "must not contain NUL" })
    .optional(),
};
