import type { Texts } from "./en.js";

/** Every language of the page besides English, which is part of the page itself. Only the current one is loaded. */
export const LOADERS = {
  ar: async () => (await import("./ar.js")).ar,
  de: async () => (await import("./de.js")).de,
  es: async () => (await import("./es.js")).es,
  fr: async () => (await import("./fr.js")).fr,
  he: async () => (await import("./he.js")).he,
  hi: async () => (await import("./hi.js")).hi,
  it: async () => (await import("./it.js")).it,
  ja: async () => (await import("./ja.js")).ja,
  ko: async () => (await import("./ko.js")).ko,
  nl: async () => (await import("./nl.js")).nl,
  pl: async () => (await import("./pl.js")).pl,
  pt: async () => (await import("./pt.js")).pt,
  tr: async () => (await import("./tr.js")).tr,
  zh: async () => (await import("./zh.js")).zh,
} as const satisfies Readonly<Record<string, () => Promise<Texts>>>;

export type LanguageName = "en" | keyof typeof LOADERS;

export function isLanguage(name: string): name is LanguageName {
  return name === "en" || Object.hasOwn(LOADERS, name);
}
