import { computed, signal } from "@preact/signals";
import { formatLocale, language } from "../i18n/language.js";
import type { LanguageName } from "../i18n/languages.js";
import { type EntryText, type EntryTexts, entryEn } from "./texts/entry-en.js";
import { ENTRY_LOADERS } from "./texts/entry-languages.js";

const spoken = signal<{ name: LanguageName; texts: EntryTexts }>({ name: "en", texts: entryEn });

/** The entry check is in another language than the page: its texts are being loaded. */
export const entryTextsDue = computed(() => spoken.value.name !== language.value);

/** Loads the texts of the entry check in the page's language; when that fails, they stay English. */
export async function loadEntryTexts(): Promise<void> {
  const name = language.value;
  if (name === spoken.peek().name) return;
  const texts = name === "en" ? entryEn : await ENTRY_LOADERS[name]().catch(() => entryEn);
  if (name === language.value) spoken.value = { name, texts };
}

/** One text of the entry check in the page's language. */
export function d(name: EntryText, values: Record<string, string | number> = {}): string {
  return spoken.value.texts[name].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key] ?? "";
    return typeof value === "number" ? new Intl.NumberFormat(formatLocale()).format(value) : value;
  });
}

/** A time of today, to the minute and never too early. */
export function timeOf(ms: number, round: "up" | "down"): string {
  const minutes = round === "up" ? Math.ceil(ms / 60_000) : Math.floor(ms / 60_000);
  return new Intl.DateTimeFormat(formatLocale(), { hour: "numeric", minute: "2-digit" }).format(minutes * 60_000);
}

/** Minutes and seconds, as a clock that runs down. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = new Intl.NumberFormat(formatLocale(), { minimumIntegerDigits: 2 });
  const one = new Intl.NumberFormat(formatLocale());
  return `${one.format(Math.floor(seconds / 60))}:${two.format(seconds % 60)}`;
}
