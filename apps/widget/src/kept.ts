const KNOWN = "1";

/** What the host page's own storage keeps for one link, from the first word of a visitor on. Every call may find storage blocked. */
export interface Kept {
  /** There was a conversation here: its unread messages are worth a request. */
  known(): boolean;
  /** The panel's resume handle; null = none. */
  handle(): string | null;
  /** `handle` null = there was a conversation, and the panel's own storage works. */
  keep(handle: string | null): void;
  forget(): void;
}

/** `link`: its token, of which only the public part (the id) names the entry. */
export function createKept(link: string): Kept {
  const name = `parley:${link.split("_")[1] ?? ""}`;
  const attempt = <T>(action: (storage: Storage) => T): T | null => {
    try {
      return action(localStorage);
    } catch {
      return null;
    }
  };
  const read = (): string | null => attempt((storage) => storage.getItem(name));
  return {
    known: () => read() !== null,
    handle: () => {
      const value = read();
      return value === KNOWN ? null : value;
    },
    keep: (handle) => void attempt((storage) => storage.setItem(name, handle ?? KNOWN)),
    forget: () => void attempt((storage) => storage.removeItem(name)),
  };
}
