import { type MessageTexts, messageTemplateName } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";
import { z } from "zod";
import { type Addressee, sealPerson } from "../distribution/addresses.js";
import { isOfProduct, textsOf } from "../message-templates/own-texts.js";
import { findTemplate } from "../message-templates/repository.js";
import type { TenantTransaction } from "../transaction.js";
import type { StoredRecipient } from "./repository.js";

/** What binds a recipient of a schedule to it. */
export const scheduleAad = (of: { tenantId: string; scheduleId: string; hash: string }): string =>
  `schedule:${of.tenantId}:${of.scheduleId}:${of.hash}`;

export const sealRecipient = (
  secrets: Pick<Secrets, "seal">,
  { hash, hint, address, name }: Addressee,
  { aad, language }: { aad: string; language: string | null },
): StoredRecipient => ({ hash, hint, sealed: sealPerson(secrets, { address, name }, aad), language });

/** The parameters of an action as they are kept: checked when they were written, and read again in later releases. */
export const keptParameters = z.looseObject({
  channel: z.enum(["email", "sms", "slack", "teams", "webhook"]),
  template: z.string().optional(),
  message_template: messageTemplateName.optional(),
  title: z.string().optional(),
  expires_in_hours: z.number().optional(),
  subject: z.string().optional(),
  message: z.string().optional(),
  personalised: z.boolean().optional(),
  track_opens: z.boolean().optional(),
  language: z.string().optional(),
});
type Kept = z.output<typeof keptParameters>;

/** The body of the link that an occurrence makes. */
export const linkBodyOf = ({ template, title, expires_in_hours }: Partial<Kept>): Record<string, unknown> => ({
  ...(template !== undefined && { template }),
  ...(title !== undefined && { title }),
  ...(expires_in_hours !== undefined && { expires_in_hours }),
});

/**
 * The words of the message: those that are named, else those of the link template's name where there are some. `template` undefined = the
 * default. Throws `template_not_found`.
 */
export async function wordsOf(
  trx: TenantTransaction,
  { message_template: named, template }: Pick<Kept, "message_template" | "template">,
): Promise<{ template: string | undefined; texts: MessageTexts | null }> {
  if (named !== undefined) return { template: named, texts: await textsOf(trx, named) };
  if (template === undefined || isOfProduct(template)) return { template, texts: null };
  const own = await findTemplate(trx, template);
  return own === null ? { template: undefined, texts: null } : { template, texts: own.texts };
}
