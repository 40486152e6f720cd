import type { LanguageName } from "../../i18n/languages.js";
import type { DoorTexts } from "./door-en.js";

/** The doors' texts of every language besides English; only those of the one that is spoken are fetched. */
export const DOOR_LOADERS: Readonly<Record<Exclude<LanguageName, "en">, () => Promise<DoorTexts>>> = {
  ar: async () => (await import("./door-ar.js")).doorAr,
  de: async () => (await import("./door-de.js")).doorDe,
  es: async () => (await import("./door-es.js")).doorEs,
  fr: async () => (await import("./door-fr.js")).doorFr,
  he: async () => (await import("./door-he.js")).doorHe,
  hi: async () => (await import("./door-hi.js")).doorHi,
  it: async () => (await import("./door-it.js")).doorIt,
  ja: async () => (await import("./door-ja.js")).doorJa,
  ko: async () => (await import("./door-ko.js")).doorKo,
  nl: async () => (await import("./door-nl.js")).doorNl,
  pl: async () => (await import("./door-pl.js")).doorPl,
  pt: async () => (await import("./door-pt.js")).doorPt,
  tr: async () => (await import("./door-tr.js")).doorTr,
  zh: async () => (await import("./door-zh.js")).doorZh,
};
