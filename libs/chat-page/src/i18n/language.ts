import { signal } from "@preact/signals";
import { de } from "./de.js";
import { en, type TextName, type Texts } from "./en.js";

const LANGUAGES: Readonly<Record<string, Texts>> = { en, de };
const RIGHT_TO_LEFT = new Set(["ar", "he"]);

/** Language of the page. The link decides, then `?lang=`, then the browser. */
export const language = signal("en");

export interface LanguageWishes {
  link: string | null;
  query: string | null;
  browser: readonly string[];
}

/** The first wish the page speaks; English when there is none. */
export function chooseLanguage(wishes: LanguageWishes): string {
  const wanted = [wishes.link, wishes.query, ...wishes.browser];
  for (const tag of wanted) {
    const primary = tag?.toLowerCase().split(/[-_]/)[0];
    if (primary && Object.hasOwn(LANGUAGES, primary)) return primary;
  }
  return "en";
}

/** Locale for dates and times: the browser's regional variant of the page's language where it has one. */
export function formatLocale(): string {
  const regional = navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language.value);
  return regional ?? language.value;
}

export function directionOf(name: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(name) ? "rtl" : "ltr";
}

/** One text in the page's language. `count` chooses the plural form. */
export function t(name: TextName, values: Record<string, string | number> = {}): string {
  const entry = (LANGUAGES[language.value] ?? en)[name];
  const template = typeof entry === "string" ? entry : entry[pluralForm(Number(values.count ?? 0))];
  return template.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

function pluralForm(count: number): "one" | "other" {
  return new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
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
