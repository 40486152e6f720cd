import type { Mail } from "@parley/mail";
import { MAIL_TEXTS, type MailLanguage } from "./mail-language.js";
import type { MailTexts } from "./mail-texts.js";

const RIGHT_TO_LEFT: ReadonlySet<MailLanguage> = new Set<MailLanguage>(["ar", "he"]);
/** First strong isolate and its end: a Latin name in Hebrew or Arabic text must not reorder the words around it. */
const [ISOLATE, END_ISOLATE] = ["\u2068", "\u2069"];

/** Values of the placeholders. */
export interface MailValues {
  agent?: string;
  tenant?: string;
  address?: string;
  code?: string;
  minutes?: number;
}

/** One mail, without its recipient. Values are never interpreted as placeholders. */
export function writeMail(
  kind: keyof MailTexts,
  language: MailLanguage,
  values: MailValues,
): Pick<Mail, "subject" | "text" | "language"> {
  const { agent = "", tenant = "" } = values;
  const name = (text: string): string => (RIGHT_TO_LEFT.has(language) ? `${ISOLATE}${text}${END_ISOLATE}` : text);
  const given = new Map<string, unknown>(Object.entries({ ...values, agent: name(agent), tenant: name(tenant) }));
  const fill = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => String(given.get(name) ?? ""));
  const { subject, text } = MAIL_TEXTS[language][kind];
  return { language, subject: fill(subject), text: fill(text) };
}
