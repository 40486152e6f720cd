import { integer, record, text } from "@parley/web-kit";

/** How far a visitor has come. No secrets: PIN and code are never kept. */
export interface DoorPlace {
  /** Fingerprint of the text that was agreed to: a changed text is asked about again. */
  agreedTo: string | null;
  email: string | null;
  /** Browser time (ms) until which the code that was sent works; null = none was sent. */
  codeUntilMs: number | null;
}

export interface DoorMemory {
  read(): DoorPlace;
  write(place: Partial<DoorPlace>): void;
}

/** Kept for this tab, so that a reload in the middle goes on where it was. Where storage is refused, for this page only. */
export function createDoorMemory(storage: Storage | null, name: string): DoorMemory {
  const key = `parley:${name}:door`;
  let place = parse(storage, key);
  return {
    read: () => place,
    write: (change) => {
      place = { ...place, ...change };
      try {
        storage?.setItem(key, JSON.stringify(place));
      } catch {
        // Full or blocked: the place is lost with the page.
      }
    },
  };
}

function parse(storage: Storage | null, key: string): DoorPlace {
  let stored: unknown = null;
  try {
    stored = JSON.parse(storage?.getItem(key) ?? "null");
  } catch {
    // Unreadable counts as empty.
  }
  const place = record(stored);
  return { agreedTo: text(place.agreedTo), email: text(place.email), codeUntilMs: integer(place.codeUntilMs) };
}
