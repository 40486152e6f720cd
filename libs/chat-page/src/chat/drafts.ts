import { isRecord, text } from "../net/reading.js";
import { type AttachedFile, parseFiles } from "../net/session-info.js";

/** A message the server has not acknowledged yet. */
export interface UnsentMessage {
  clientId: string;
  text: string;
  files: readonly AttachedFile[];
  sessionId: string | null;
  createdAt: string;
}

/** What this browser keeps for one link: the draft, unsent messages, the key of a session being created. No credentials. */
export interface Drafts {
  readDraft(): string;
  writeDraft(value: string): void;
  unsent(): UnsentMessage[];
  keepUnsent(message: UnsentMessage): void;
  forgetUnsent(clientId: string): void;
  /** The same key until `forgetCreation`, also after a reload, so that a lost answer does not cost a second session. */
  creationKey(fresh: () => string): string;
  forgetCreation(): void;
}

/** Storage may be blocked or full; then nothing is kept and the page works on. `name` identifies the link, it is no secret. */
export function createDrafts(storage: Storage | null, name: string): Drafts {
  const draftKey = `parley:${name}:draft`;
  const creationName = `parley:${name}:creating`;
  // One item per message: two tabs of one conversation never overwrite each other's queue.
  const unsentPrefix = `parley:${name}:unsent:`;
  const attempt = <T>(run: (items: Storage) => T, otherwise: T): T => {
    try {
      return storage ? run(storage) : otherwise;
    } catch {
      return otherwise;
    }
  };
  let memoryKey: string | null = null;
  let memoryDraft = "";

  return {
    readDraft: () => attempt((items) => items.getItem(draftKey), null) ?? memoryDraft,
    writeDraft: (value) => {
      memoryDraft = value;
      attempt((items) => (value === "" ? items.removeItem(draftKey) : items.setItem(draftKey, value)), undefined);
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
  };
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

/** The browser's storage, or null where even asking for it is refused. */
export function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
