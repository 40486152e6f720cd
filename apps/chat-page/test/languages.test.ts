import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TEXTS } from "../src/attachments/texts.js";
import { type EntryTexts, entryEn } from "../src/entry-check/texts/entry-en.js";
import { ENTRY_LOADERS } from "../src/entry-check/texts/entry-languages.js";
import { en, type Plural, type Texts } from "../src/i18n/en.js";
import { chooseLanguage, language, languageDue, speak, t } from "../src/i18n/language.js";
import { LOADERS } from "../src/i18n/languages.js";

const NAMES = Object.keys(LOADERS).sort();
/** Words that are the same in English and another language. Anything else that equals English was forgotten. */
const SAME_AS_ENGLISH: Readonly<Record<string, readonly string[]>> = {
  de: ["online", "offline"],
  fr: ["conversation"],
  nl: ["online", "offline"],
};
const COUNTS = Array.from({ length: 130 }, (_, count) => count);

const load = (name: string): Promise<Texts> => {
  const loader = Object.entries(LOADERS).find(([known]) => known === name)?.[1];
  if (!loader) throw new Error(`no language ${name}`);
  return loader();
};
const forms = (entry: string | Plural): string[] => (typeof entry === "string" ? [entry] : Object.values(entry));
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

describe("languages of the chat page", () => {
  beforeEach(() => void vi.stubGlobal("navigator", { languages: ["en-GB", "de-CH"] }));
  afterEach(async () => {
    await speak("en");
    vi.unstubAllGlobals();
  });

  it("are the fifteen documented ones", () => {
    const promised = "ar de en es fr he hi it ja ko nl pl pt tr zh";
    expect(["en", ...NAMES].sort().join(" ")).toBe(promised);
  });

  it.each(NAMES)("%s has exactly the English texts, with their placeholders", async (name) => {
    const texts = await load(name);
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const [key, english] of Object.entries<string | Plural>(en)) {
      const entry: string | Plural = Object.entries<string | Plural>(texts).find(([other]) => other === key)?.[1] ?? "";
      expect(typeof entry, key).toBe(typeof english);
      const wanted = placeholders(typeof english === "string" ? english : english.other);
      expect(placeholders(typeof entry === "string" ? entry : entry.other), key).toEqual(wanted);
      for (const form of forms(entry)) {
        expect(form.trim(), key).not.toBe("");
        for (const found of placeholders(form)) expect(wanted, key).toContain(found);
      }
    }
  });

  it.each(NAMES)("%s has exactly the plural forms that it distinguishes", async (name) => {
    const rules = new Intl.PluralRules(name);
    const categories = new Set([...COUNTS.map((count) => rules.select(count)), "other"]);
    for (const [key, entry] of Object.entries<string | Plural>(await load(name))) {
      if (typeof entry !== "string") expect(new Set(Object.keys(entry)), key).toEqual(categories);
    }
  });

  it.each(NAMES)("%s leaves no text in English", async (name) => {
    const english = new Map(Object.entries<string | Plural>(en).map(([key, entry]) => [key, forms(entry)]));
    const same = Object.entries<string | Plural>(await load(name))
      .filter(([key, entry]) => forms(entry).some((form) => english.get(key)?.includes(form)))
      .map(([key]) => key);
    expect(same).toEqual(SAME_AS_ENGLISH[name] ?? []);
  });

  it.each(NAMES)("%s has all texts of the entry check, with their placeholders and none in English", async (name) => {
    const loader = Object.entries(ENTRY_LOADERS).find(([known]) => known === name)?.[1];
    const texts: EntryTexts | undefined = await loader?.();
    expect(Object.keys(texts ?? {})).toEqual(Object.keys(entryEn));
    const english = Object.entries(entryEn);
    for (const [place, [key, text]] of Object.entries(texts ?? {}).entries()) {
      expect(placeholders(text), key).toEqual(placeholders(english[place]?.[1] ?? ""));
      expect(text.trim(), key).not.toBe("");
      expect(text, key).not.toBe(english[place]?.[1]);
    }
  });

  it.each(["en", ...NAMES])(
    "%s has the visible word of the copy button in its name, for who speaks to the page",
    async (name) => {
      const texts = name === "en" ? en : await load(name);
      expect(texts.copyLabel.toLocaleLowerCase(name)).toContain(texts.copy.toLocaleLowerCase(name));
    },
  );

  it.each(NAMES)("%s has a distinct text for each reason why a conversation ended", async (name) => {
    const texts = await load(name);
    const ends = [
      texts.endedTitle,
      texts.ownerTitle,
      texts.timeoutTitle,
      texts.brokenTitle,
      texts.closedTitle,
      texts.lostTitle,
      texts.noneLeftTitle,
      texts.expiredTitle,
      texts.fullTitle,
      texts.usedUpTitle,
      texts.invalidTitle,
    ];
    expect(new Set(ends).size).toBe(ends.length);
  });

  it.each(NAMES)("%s has all texts of attachments, with their placeholders and none in English", (name) => {
    const texts = Object.entries(TEXTS).find(([known]) => known === name)?.[1];
    for (const [key, english] of Object.entries(TEXTS.en)) {
      const text = Object.entries(texts ?? {}).find(([known]) => known === key)?.[1] ?? "";
      expect(placeholders(text), key).toEqual(placeholders(english));
      expect([text.trim() === "", text === english], key).toEqual([false, false]);
    }
  });

  it("keep French punctuation on the line of the word before it", async () => {
    const entry = Object.values(await ENTRY_LOADERS.fr());
    for (const text of [...Object.values(await LOADERS.fr()).flatMap(forms), ...entry, ...Object.values(TEXTS.fr)])
      expect(text).not.toMatch(/ [?!:;]/);
  });

  it("follow the link, then the URL, then the browser, and fall back to English", () => {
    expect(chooseLanguage({ link: "ar-EG", query: "fr", browser: ["de"] })).toBe("ar");
    expect(chooseLanguage({ link: "xx", query: "fr", browser: ["de"] })).toBe("fr");
    expect(chooseLanguage({ link: null, query: null, browser: ["xx", "pt_BR", "de"] })).toBe("pt");
    expect(chooseLanguage({ link: null, query: "toString", browser: ["iw-IL"] })).toBe("he");
    expect(chooseLanguage({ link: null, query: null, browser: [] })).toBe("en");
  });

  it("use the plural forms and number format of the language", async () => {
    await speak("pl");
    const left = [1, 2, 5, 22].map((count) => t("minutesLeft", { count }));
    expect(left).toEqual(["Pozostała 1 minuta", "Pozostały 2 minuty", "Pozostało 5 minut", "Pozostały 22 minuty"]);
    await speak("de");
    expect(t("charactersLeft", { count: 1234 })).toMatch(/^noch 1['’]234 Zeichen$/);
  });

  it("use the last requested one when two are requested at once", async () => {
    const both = [speak("ja"), speak("en")];
    expect(languageDue.value).toBe(false);
    await Promise.all(both);
    expect(language.value).toBe("en");
  });
});
