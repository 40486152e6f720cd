import { signal } from "@preact/signals";
import type { EscalationCounts } from "../api/answers.js";
import type { Api } from "../api/api.js";

/** How many wait for a person; null = not known yet, or this token may not know. */
export const counts = signal<EscalationCounts | null>(null);

/** The role of this token is too small to answer visitors. */
export const inboxRefused = signal(false);

const EVERY_MS = 5_000;
/** Nobody looks: the number in the tab may lag. */
const HIDDEN_MS = 20_000;

let askAgain: () => void = () => undefined;

/** Somebody here has just changed how many there are. */
export const recount = (): void => askAgain();

/** Asks again and again while somebody is signed in; a role that may not know is asked once. Returns a function that ends it. */
export function watchCounts(api: Api): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const ask = async (): Promise<void> => {
    const answer = await api.countEscalations();
    if (over) return;
    if (answer.type === "ok") counts.value = answer.value;
    else if (answer.status === 403) {
      inboxRefused.value = true;
      return;
    }
    timer = setTimeout(() => void ask(), document.hidden ? HIDDEN_MS : EVERY_MS);
  };
  const now = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    void ask();
  };
  const atOnce = (): void => {
    if (!document.hidden) now();
  };
  askAgain = now;
  void ask();
  document.addEventListener("visibilitychange", atOnce);
  return () => {
    over = true;
    askAgain = () => undefined;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", atOnce);
    counts.value = null;
    inboxRefused.value = false;
  };
}
