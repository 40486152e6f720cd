import { z } from "zod";
import { sendFields } from "./sending.js";

/** Whom of a delivery to write to again. */
export const resendTo = z.enum(["not_opened", "not_chatted", "failed"]);

const { template, subject, message } = sendFields;

export const resendBody = z
  .strictObject({
    /** not_opened: of a delivery that tells who opened; not_chatted: of one with personal links; failed: whom it did not reach. */
    to: resendTo,
    /** Default `reminder`; of `failed` that of the delivery, with its words. */
    template,
    subject,
    message,
    /** Says what would be sent and to how many, and sends nothing. */
    dry_run: z.boolean().optional(),
  })
  .meta({
    id: "Resend",
    description: "Which recipients of a delivery to contact again, and with which text",
    examples: [{ to: "not_chatted", template: "reminder" }],
  });
export type ResendBody = z.infer<typeof resendBody>;
