import { effect, signal } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import { untilFetched } from "../net/fetch-code.js";

type Formatter = typeof import("./markdown.js");

/** Reads and renders markdown. Its code is half of the page's and comes when there is something to format; null = not yet. */
export const formatter = signal<Formatter | null>(null);

/** Words have waited long enough for their form: they are shown as they were written until it comes. */
export const showsPlain = signal(false);

const WAIT_MS = 1_500;
const MARKS = /[\n\\`*_~[\]<>&|#@]|:\/\/|www\.|^\s|^[-+=]|^\d+[.)]/i;

/** One paragraph without anything that markdown could read as a mark: it looks the same before it is formatted. */
export const isPlain = (text: string): boolean => !MARKS.test(text);

/** All that the page formats of the owner's and the agent's words looks the same before. */
export function isAllPlain({ link, transcript }: ChatState): boolean {
  const { welcome = null, consentText = null, introduction = null } = link.value ?? {};
  const answers = transcript.value.flatMap((entry) => (entry.role === "assistant" ? [entry.text] : []));
  return [welcome, consentText, introduction, ...answers].every((text) => text === null || isPlain(text));
}

/** Loads the formatter: as soon as there is something to format, else when the conversation can be seen. */
export function loadFormatter(state: ChatState): void {
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    const timer = setTimeout(() => {
      showsPlain.value = true;
    }, WAIT_MS);
    void untilFetched(() => import("./markdown.js")).then((loaded) => {
      clearTimeout(timer);
      formatter.value = loaded;
    });
  };
  effect(() => {
    if (begun) return;
    if (!isAllPlain(state)) begin();
    else if (state.screen.value.type === "chat") requestAnimationFrame(() => setTimeout(begin));
  });
}
