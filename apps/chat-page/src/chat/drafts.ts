import { isRecord, text } from "@parley/web-kit";
import { type AttachedFile, parseFiles } from "../net/session-info.js";

/** A message the server has not acknowledged yet. */
interface UnsentMessage {
  clientId: string;
  text: string;
  files: readonly AttachedFile[];
  sessionId: string | null;
  createdAt: string;
}

/** What this browser stores for one link: the draft, unsent messages, the key of a session being created. No credentials. */
export interface Drafts {
  readDraft(): string;
  writeDraft(value: string): void;
  unsent(): UnsentMessage[];
  keepUnsent(message: UnsentMessage): void;
  forgetUnsent(clientId: string): void;
  /** The same key until `forgetCreation`, also after a reload, so that a lost answer does not create a second session. */
  creationKey(fresh: () => string): string;
  forgetCreation(): void;
  /** Removes everything of this link from the browser. */
  forgetAll(): void;
}

/** Null = this browser stores nothing. */
export interface Stores {
  /** Shared by all tabs, and persistent. */
  browser: Storage | null;
  /** Of this tab; it survives a reload. */
  tab: Storage | null;
}

/**
 * Storage may be blocked or full; then nothing is stored and the page still works. `name` identifies the link, it is no secret.
 * Each tab has a draft of its own; a tab opened later starts with the newest of all.
 */
export function createDrafts({ browser: storage, tab }: Stores, name: string): Drafts {
  const draftKey = `parley:${name}:draft`;
  const creationName = `parley:${name}:creating`;
  // One item per message: two tabs of one conversation never overwrite each other's queue.
  const unsentPrefix = `parley:${name}:unsent:`;
  const attemptIn = <T>(store: Storage | null, run: (items: Storage) => T, otherwise: T): T => {
    try {
      return store ? run(store) : otherwise;
    } catch {
      return otherwise;
    }
  };
  const attempt = <T>(run: (items: Storage) => T, otherwise: T): T => attemptIn(storage, run, otherwise);
  let memoryKey: string | null = null;
  let memoryDraft: string | null = null;

  const readDraft = (): string => {
    const shared = (): string | null => attempt((items) => items.getItem(draftKey), null);
    memoryDraft ??= attemptIn(tab, (items) => items.getItem(draftKey), null) ?? shared() ?? "";
    return memoryDraft;
  };

  return {
    readDraft,
    writeDraft: (value) => {
      const before = readDraft();
      memoryDraft = value;
      attemptIn(tab, (items) => items.setItem(draftKey, value), undefined);
      attempt((items) => {
        if (value !== "") items.setItem(draftKey, value);
        // What another tab has written since is not deleted with what was sent here.
        else if (items.getItem(draftKey) === before) items.removeItem(draftKey);
      }, undefined);
    },
    unsent: () =>
      attempt((items) => {
        const names = Array.from({ length: items.length }, (_, index) => items.key(index) ?? "");
        return names
          .filter((key) => key.startsWith(unsentPrefix))
          .map((key) => parseUnsent(items.getItem(key)))
          .filter((message) => message !== null)
          .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
      }, []),
    keepUnsent: (message) =>
      attempt((items) => items.setItem(unsentPrefix + message.clientId, JSON.stringify(message)), undefined),
    forgetUnsent: (clientId) => attempt((items) => items.removeItem(unsentPrefix + clientId), undefined),
    creationKey: (fresh) => {
      const key = attempt((items) => items.getItem(creationName), null) ?? memoryKey ?? fresh();
      memoryKey = key;
      attempt((items) => items.setItem(creationName, key), undefined);
      return key;
    },
    forgetCreation: () => {
      memoryKey = null;
      attempt((items) => items.removeItem(creationName), undefined);
    },
    forgetAll: () => {
      memoryKey = null;
      memoryDraft = null;
      for (const store of [storage, tab]) attemptIn(store, (items) => forgetItems(items, `parley:${name}:`), undefined);
    },
  };
}

function forgetItems(items: Storage, prefix: string): void {
  const names = Array.from({ length: items.length }, (_, index) => items.key(index) ?? "");
  for (const key of names) if (key.startsWith(prefix)) items.removeItem(key);
}

function parseUnsent(stored: string | null): UnsentMessage | null {
  try {
    const value: unknown = JSON.parse(stored ?? "null");
    if (!isRecord(value)) return null;
    const clientId = text(value.clientId);
    const message = text(value.text);
    if (!clientId || !message) return null;
    const files = parseFiles(value.files);
    return { clientId, text: message, files, sessionId: text(value.sessionId), createdAt: text(value.createdAt) ?? "" };
  } catch {
    return null;
  }
}
