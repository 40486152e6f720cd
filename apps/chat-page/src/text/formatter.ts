import { signal } from "@preact/signals";
import { untilFetched } from "../net/fetch-code.js";

type Formatter = typeof import("./markdown.js");

/** Reads and renders markdown. Its code is half of the page's and comes beside the first answers of the server; null = not yet. */
export const formatter = signal<Formatter | null>(null);

/** Words have waited long enough for their form: they are shown as they were written until it comes. */
export const showsPlain = signal(false);

const WAIT_MS = 1_500;

export function loadFormatter(): void {
  const timer = setTimeout(() => {
    showsPlain.value = true;
  }, WAIT_MS);
  void untilFetched(() => import("./markdown.js")).then((loaded) => {
    clearTimeout(timer);
    formatter.value = loaded;
  });
}
