import type { keptParameters, MessageTexts } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";
import type { z } from "zod";
import { type Addressee, sealPerson } from "../distribution/addresses.js";
import { isOfProduct, textsOf } from "../message-templates/own-texts.js";
import { findTemplate } from "../message-templates/repository.js";
import type { TenantTransaction } from "../transaction.js";
import type { StoredRecipient } from "./repository.js";

/** Binds a sealed recipient to its schedule. */
export const scheduleAad = (of: { tenantId: string; scheduleId: string; hash: string }): string =>
  `schedule:${of.tenantId}:${of.scheduleId}:${of.hash}`;

export const sealRecipient = (
  secrets: Pick<Secrets, "seal">,
  { hash, hint, address, name }: Addressee,
  { aad, language }: { aad: string; language: string | null },
): StoredRecipient => ({ hash, hint, sealed: sealPerson(secrets, { address, name }, aad), language });

type Kept = z.output<typeof keptParameters>;

/** The body of the link that an occurrence creates. */
export const linkBodyOf = ({ template, title, expires_in_hours }: Partial<Kept>): Record<string, unknown> => ({
  ...(template !== undefined && { template }),
  ...(title !== undefined && { title }),
  ...(expires_in_hours !== undefined && { expires_in_hours }),
});

/**
 * The texts of the message: the named template, else one with the link template's name if it exists. `template` undefined = the
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
