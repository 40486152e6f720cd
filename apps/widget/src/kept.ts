/** Stored instead of a handle: there was a conversation, and the panel's own storage works. */
const MARK = "1";

/** What the host page's own storage holds for one link, from the first message on. Every call may find storage blocked. */
export interface Kept {
  /** There was a conversation here: checking for unread messages is worth a request. */
  known(): boolean;
  /** The panel's resume handle; undefined = none. */
  handle(): string | undefined;
  /** Records that there is a conversation. */
  mark(): void;
  /** null = delete it, and the record of the conversation. */
  keep(handle: string | null): void;
}

/** `link`: its token, of which only the public part (the id) names the entry. */
export function createKept(link: string): Kept {
  const name = `parley:${link.split("_")[1]}`;
  let value: string | null = null;
  try {
    value = localStorage.getItem(name);
  } catch {}
  const keep = (handle: string | null): void => {
    value = handle;
    try {
      if (handle === null) localStorage.removeItem(name);
      else localStorage.setItem(name, handle);
    } catch {}
  };
  return {
    known: () => value !== null,
    handle: () => (value === null || value === MARK ? undefined : value),
    mark: () => value ?? keep(MARK),
    keep,
  };
}
