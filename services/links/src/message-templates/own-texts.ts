import { AppError, MESSAGE_LANGUAGES, type MessageTexts, SEND_TEMPLATES, type SendTemplate } from "@parley/contracts";
import type { MailLanguage } from "../mails/mail-language.js";
import type { TenantTransaction } from "../transaction.js";
import { findTemplate } from "./repository.js";

/** Whether it is a built-in message, whose text cannot be changed. */
export const isOfProduct = (name: string): name is SendTemplate => SEND_TEMPLATES.some((one) => one === name);

/** The texts of a tenant's own template; null = the name is that of a built-in message. Throws `template_not_found`. */
export async function textsOf(trx: TenantTransaction, name: string): Promise<MessageTexts | null> {
  if (isOfProduct(name)) return null;
  const found = await findTemplate(trx, name);
  if (found === null) throw new AppError("template_not_found");
  return found.texts;
}

/** The text for a reader: in their language, else in English, else the first by its code. */
export function textFor(
  texts: MessageTexts,
  language: MailLanguage,
): { language: MailLanguage; subject: string; message: string } | null {
  const wished: readonly MailLanguage[] = [language, "en", ...MESSAGE_LANGUAGES];
  for (const one of wished) {
    const text = texts[one];
    if (text !== undefined) return { language: one, ...text };
  }
  return null;
}
