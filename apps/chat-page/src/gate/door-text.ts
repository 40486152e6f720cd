import { computed, signal } from "@preact/signals";
import { formatLocale, language } from "../i18n/language.js";
import type { LanguageName } from "../i18n/languages.js";
import { type DoorText, type DoorTexts, doorEn } from "./texts/door-en.js";
import { DOOR_LOADERS } from "./texts/door-languages.js";

const spoken = signal<{ name: LanguageName; texts: DoorTexts }>({ name: "en", texts: doorEn });

/** The doors speak another language than the page: their texts are on the way. */
export const doorTextDue = computed(() => spoken.value.name !== language.value);

/** Fetches the doors' texts in the page's language; where they cannot be had, they stay English rather than unopened. */
export async function speakAtDoors(): Promise<void> {
  const name = language.value;
  if (name === spoken.peek().name) return;
  const texts = name === "en" ? doorEn : await DOOR_LOADERS[name]().catch(() => doorEn);
  if (name === language.value) spoken.value = { name, texts };
}

/** One text of the doors in the page's language. */
export function d(name: DoorText, values: Record<string, string | number> = {}): string {
  return spoken.value.texts[name].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key] ?? "";
    return typeof value === "number" ? new Intl.NumberFormat(formatLocale()).format(value) : value;
  });
}

/** A moment of today, to the minute and never too early. */
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
