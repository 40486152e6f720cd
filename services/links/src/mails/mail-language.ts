import type { MailTexts } from "./mail-texts.js";
import { ar } from "./texts/ar.js";
import { de } from "./texts/de.js";
import { en } from "./texts/en.js";
import { es } from "./texts/es.js";
import { fr } from "./texts/fr.js";
import { he } from "./texts/he.js";
import { hi } from "./texts/hi.js";
import { it } from "./texts/it.js";
import { ja } from "./texts/ja.js";
import { ko } from "./texts/ko.js";
import { nl } from "./texts/nl.js";
import { pl } from "./texts/pl.js";
import { pt } from "./texts/pt.js";
import { tr } from "./texts/tr.js";
import { zh } from "./texts/zh.js";

/** The languages of the chat page: mails use the language in which somebody reads the page. */
export const MAIL_TEXTS = { ar, de, en, es, fr, he, hi, it, ja, ko, nl, pl, pt, tr, zh } as const satisfies Readonly<
  Record<string, MailTexts>
>;
export type MailLanguage = keyof typeof MAIL_TEXTS;

/** The code Hebrew had before 1989; some systems still send it. */
const FORMER_CODES: Readonly<Record<string, string>> = { iw: "he" };

export const isMailLanguage = (name: string): name is MailLanguage => Object.hasOwn(MAIL_TEXTS, name);

/** The first preferred language (BCP 47 tags, as given) with texts; English when there is none. */
export function mailLanguage(wishes: readonly unknown[]): MailLanguage {
  for (const wish of wishes) {
    if (typeof wish !== "string") continue;
    const code = wish.toLowerCase().split(/[-_]/)[0] ?? "";
    const name = FORMER_CODES[code] ?? code;
    if (isMailLanguage(name)) return name;
  }
  return "en";
}
