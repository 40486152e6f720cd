import { integer, record, text } from "@parley/web-kit";

/** What a visitor has done so far. No secrets: PIN and code are never kept. */
export interface EntryProgress {
  /** Fingerprint of the text that was agreed to: a changed text needs new consent. */
  agreedTo: string | null;
  email: string | null;
  /** Browser time (ms) until which the sent code works; null = none was sent. */
  codeUntilMs: number | null;
}

export interface EntryMemory {
  read(): EntryProgress;
  write(progress: Partial<EntryProgress>): void;
}

/** Stored for this tab, so that a reload continues where it was. Where storage is refused, for this page only. */
export function createEntryMemory(storage: Storage | null, name: string): EntryMemory {
  const key = `parley:${name}:entry`;
  let progress = parse(storage, key);
  return {
    read: () => progress,
    write: (change) => {
      progress = { ...progress, ...change };
      try {
        storage?.setItem(key, JSON.stringify(progress));
      } catch {
        // Full or blocked: the progress is lost with the page.
      }
    },
  };
}

function parse(storage: Storage | null, key: string): EntryProgress {
  let stored: unknown = null;
  try {
    stored = JSON.parse(storage?.getItem(key) ?? "null");
  } catch {
    // Unreadable counts as empty.
  }
  const progress = record(stored);
  return { agreedTo: text(progress.agreedTo), email: text(progress.email), codeUntilMs: integer(progress.codeUntilMs) };
}
