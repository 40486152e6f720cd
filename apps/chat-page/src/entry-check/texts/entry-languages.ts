import type { LanguageName } from "../../i18n/languages.js";
import type { EntryTexts } from "./entry-en.js";

/** The texts of the entry check in every language but English; only those of the current language are loaded. */
export const ENTRY_LOADERS: Readonly<Record<Exclude<LanguageName, "en">, () => Promise<EntryTexts>>> = {
  ar: async () => (await import("./entry-ar.js")).entryAr,
  de: async () => (await import("./entry-de.js")).entryDe,
  es: async () => (await import("./entry-es.js")).entryEs,
  fr: async () => (await import("./entry-fr.js")).entryFr,
  he: async () => (await import("./entry-he.js")).entryHe,
  hi: async () => (await import("./entry-hi.js")).entryHi,
  it: async () => (await import("./entry-it.js")).entryIt,
  ja: async () => (await import("./entry-ja.js")).entryJa,
  ko: async () => (await import("./entry-ko.js")).entryKo,
  nl: async () => (await import("./entry-nl.js")).entryNl,
  pl: async () => (await import("./entry-pl.js")).entryPl,
  pt: async () => (await import("./entry-pt.js")).entryPt,
  tr: async () => (await import("./entry-tr.js")).entryTr,
  zh: async () => (await import("./entry-zh.js")).entryZh,
};
