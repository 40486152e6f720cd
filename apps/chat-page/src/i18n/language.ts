import { batch, computed, signal } from "@preact/signals";
import { en, type TextName, type Texts } from "./en.js";
import { isLanguage, type LanguageName, LOADERS } from "./languages.js";

const RIGHT_TO_LEFT: ReadonlySet<LanguageName> = new Set(["ar", "he"]);
/** The code of Hebrew before 1989; some systems still send it. */
const FORMER_CODES: Readonly<Record<string, string>> = { iw: "he" };

/** Name and texts change in one step: the page never shows one language under the direction of another. */
const spoken = signal<{ name: LanguageName; texts: Texts }>({ name: "en", texts: en });
const wanted = signal<LanguageName>("en");

/** Current language of the page. */
export const language = computed(() => spoken.value.name);
/** The texts of another language are being loaded; what is on screen would change again in a moment. */
export const languageDue = computed(() => wanted.value !== spoken.value.name);

interface LanguageWishes {
  link: string | null;
  query: string | null;
  browser: readonly string[];
}

/** The first requested language that the page supports; English when there is none. */
export function chooseLanguage(wishes: LanguageWishes): LanguageName {
  for (const tag of [wishes.link, wishes.query, ...wishes.browser]) {
    const code = tag?.toLowerCase().split(/[-_]/)[0] ?? "";
    const name = FORMER_CODES[code] ?? code;
    if (isLanguage(name)) return name;
  }
  return "en";
}

/** Loads the texts of a language and switches to it. Where that fails, the language stays as it is. */
export async function speak(name: LanguageName): Promise<void> {
  wanted.value = name;
  const texts = name === "en" ? en : await LOADERS[name]().catch(() => null);
  // A later request has overtaken this one.
  if (wanted.value !== name) return;
  batch(() => {
    if (texts) spoken.value = { name, texts };
    else wanted.value = spoken.value.name;
  });
}

/**
 * Locale for numbers, dates and times: the browser's regional variant of the page's language where it has one. A browser in a POSIX
 * locale names "en-US@posix", which Intl refuses.
 */
export function formatLocale(): string {
  const variant = new RegExp(`^${language.value}(-\\w+)*$`, "i");
  return navigator.languages.find((tag) => variant.test(tag)) ?? language.value;
}

export function directionOf(name: LanguageName): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(name) ? "rtl" : "ltr";
}

/** One text in the page's language. `count` chooses the plural form; numbers are written as the language does. */
export function t(name: TextName, values: Record<string, string | number> = {}): string {
  const entry = spoken.value.texts[name];
  const template = typeof entry === "string" ? entry : (entry[pluralForm(Number(values.count ?? 0))] ?? entry.other);
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key] ?? "";
    return typeof value === "number" ? written(value) : value;
  });
}

/** Intl loads its data with the first number, 10 ms on a phone during page load; most numbers need none of it. */
function written(value: number): string {
  if (language.value !== "ar" && Number.isInteger(value) && value >= 0 && value < 1_000) return String(value);
  return new Intl.NumberFormat(formatLocale()).format(value);
}

function pluralForm(count: number): Intl.LDMLPluralRule {
  return new Intl.PluralRules(language.value).select(count);
}

const LABELS: Readonly<Record<string, TextName>> = {
  thinking: "thinking",
  understanding: "understanding",
  noting: "noting",
  searching: "searching",
  writing: "writing",
  working: "working",
};

/** A thinking label: known words are translated, others are the agent's own and shown as they are. */
export function statusText(label: string): string {
  const known = Object.hasOwn(LABELS, label) ? LABELS[label] : undefined;
  return known ? t(known) : label.slice(0, 80);
}
