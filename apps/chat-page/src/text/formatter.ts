import { effect, signal } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import { untilFetched } from "../net/fetch-code.js";

type Formatter = typeof import("./markdown.js");

/** Parses and renders markdown. Its code is half of the page's and is loaded when there is something to format; null = not yet. */
export const formatter = signal<Formatter | null>(null);

/** Text has waited long enough for the formatter: it is shown unformatted until the code arrives. */
export const showsPlain = signal(false);

const WAIT_MS = 1_500;
const MARKS = /[\n\\`*_~[\]<>&|#@]|:\/\/|www\.|^\s|^[-+=]|^\d+[.)]/i;

/** One paragraph without anything that markdown could treat as markup: it looks the same before it is formatted. */
export const isPlain = (text: string): boolean => !MARKS.test(text);

/** Whether all of the owner's and the agent's text looks the same unformatted. */
export function isAllPlain({ link, transcript }: ChatState): boolean {
  const { welcome = null, consentText = null, introduction = null } = link.value ?? {};
  const answers = transcript.value.flatMap((entry) => (entry.role === "assistant" ? [entry.text] : []));
  return [welcome, consentText, introduction, ...answers].every((text) => text === null || isPlain(text));
}

/** Loads the formatter: as soon as there is something to format, else once the conversation is visible. */
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
