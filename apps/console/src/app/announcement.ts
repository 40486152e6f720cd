import { signal } from "@preact/signals";

const SHOWN_FOR_MS = 6_000;

/** What was just done, shown for a moment and read out. */
export const announcement = signal<{ text: string; id: number } | null>(null);

let id = 0;

export function announce(text: string): void {
  id += 1;
  const mine = id;
  announcement.value = { text, id: mine };
  setTimeout(() => {
    if (announcement.value?.id === mine) announcement.value = null;
  }, SHOWN_FOR_MS);
}
