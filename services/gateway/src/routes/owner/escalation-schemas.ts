import { escalationStatus, escalationView, type Principal } from "@parley/contracts";
import { z } from "zod";

const named = z.string().trim().min(1).max(200);
/** How the visitor is told who speaks; absent = as before, or nobody by name. */
const name = named.optional();
/** Who acts. Only a signed backend may name somebody; a token acts for itself. */
const operator = named.optional();
const storable = (text: string): boolean => !text.includes("\u0000");
const summary = z.string().max(4000).refine(storable, { message: "must not contain NUL" }).nullish();

export const assignBody = z.strictObject({ operator, name });
export const transferBody = z.strictObject({ operator: named, name });
export const replyBody = z.strictObject({
  message: z
    .string()
    .max(40_000)
    .transform((text) => text.normalize("NFC"))
    .refine((text) => text.trim() !== "", { message: "must not be blank" })
    .refine((text) => [...text].length <= 10_000, { message: "must have at most 10,000 characters" })
    .refine(storable, { message: "must not contain NUL" }),
  operator,
  name,
});
export const handBackBody = z.strictObject({ operator, summary }).default({});
export const typingBody = z.strictObject({ typing: z.boolean(), operator });
export const resolveBody = z.strictObject({ operator, summary, end_session: z.boolean().default(false) });

export const escalationShown = escalationView;
export const statusQuery = escalationStatus.optional();

/** Who acts on an escalation: the credentials, or whom a signed backend names. */
export const actingOperator = (principal: Principal, given: string | undefined): string =>
  principal.via === "hmac" && given !== undefined ? given : principal.id;
