import { effect, signal } from "@preact/signals";
import { counts } from "../inbox/inbox-count.js";

/** What the page is called, without the number that the tab puts before it. */
export const pageTitle = signal("");

/** Keeps the title of the tab: whoever works elsewhere sees there that somebody waits. */
export function keepTitle(): void {
  effect(() => {
    const waiting = counts.value?.waiting ?? 0;
    const name = pageTitle.value === "" ? "Parley console" : `${pageTitle.value} · Parley console`;
    document.title = waiting === 0 ? name : `(${waiting.toLocaleString("en")}) ${name}`;
  });
}
