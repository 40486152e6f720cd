import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import type { AgentEntry, Transcript } from "../chat/transcript.js";
import { browserStorage } from "../net/browser-storage.js";

interface SeenDeps {
  state: ChatState;
  open: ReadonlySignal<boolean>;
  storageName: string;
}

export interface Seen {
  /** Finished messages of agent and operators after the last one that was seen. */
  unread: ReadonlySignal<number>;
  /** Name of the last message seen; empty = none. */
  last: ReadonlySignal<string>;
  /** What an earlier visit had seen, where this browser has not stored it. */
  recall(last: string): void;
  forget(): void;
}

/** Remembers how far the visitor has read: messages that arrive while the panel is closed are unread. */
export function createSeen({ state, open, storageName }: SeenDeps): Seen {
  const key = `parley:${storageName}:seen`;
  const last = signal(read(key) ?? "");
  effect(() => {
    if (!open.value || state.screen.value.type !== "chat") return;
    const newest = said(state.transcript.value).at(-1)?.key;
    if (newest === undefined || newest === last.peek()) return;
    last.value = newest;
    attempt((items) => items.setItem(key, newest));
  });
  return {
    last,
    unread: computed(() => (open.value ? 0 : countAfter(said(state.transcript.value), last.value))),
    recall: (given) => {
      if (last.value === "") last.value = given;
    },
    forget: () => {
      last.value = "";
    },
  };
}

const said = (entries: Transcript): AgentEntry[] =>
  entries.filter((entry): entry is AgentEntry => entry.role === "assistant" && entry.partial === null);

/** When the last one seen is not among them, all are newer: only the newest page of a long conversation is loaded. */
const countAfter = (entries: readonly AgentEntry[], last: string): number =>
  entries.length - 1 - entries.findLastIndex((entry) => entry.key === last);

function attempt<T>(run: (items: Storage) => T): T | null {
  try {
    const items = browserStorage("local");
    return items === null ? null : run(items);
  } catch {
    return null;
  }
}

const read = (key: string): string | null => attempt((items) => items.getItem(key));
