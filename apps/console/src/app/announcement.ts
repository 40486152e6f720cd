import { createStore } from "./store.js";

const SHOWN_FOR_MS = 6_000;

/** What was just done, shown for a moment and read out. */
export const announcement = createStore<{ text: string; id: number } | null>(null);

let id = 0;

export function announce(text: string): void {
  id += 1;
  const mine = id;
  announcement.set({ text, id: mine });
  setTimeout(() => {
    if (announcement.get()?.id === mine) announcement.set(null);
  }, SHOWN_FOR_MS);
}
