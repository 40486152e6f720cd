import type { MailLanguage } from "../mails/mail-language.js";
import type { SendTexts } from "./send-text.js";
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

/** The languages of the chat page. */
export const SEND_TEXTS: Readonly<Record<MailLanguage, SendTexts>> = {
  ar,
  de,
  en,
  es,
  fr,
  he,
  hi,
  it,
  ja,
  ko,
  nl,
  pl,
  pt,
  tr,
  zh,
};
