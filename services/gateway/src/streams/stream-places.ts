import { AppError } from "@parley/contracts";

/** A reader that takes a slot. */
export interface Placed {
  readonly sessionId: string;
  readonly linkId: string | null;
  /** Address bucket of a visitor; trusted backends are not counted by it. */
  readonly bucket?: string | undefined;
  /** Milliseconds since the reader was admitted; with `evict`, a slot held long enough goes to a new reader. */
  ageMs?(): number;
  /** Ends the reader so that another one gets its slot; the client may resume from its last event id. */
  evict?(): void;
}

export interface PlaceLimits {
  maxStreams: number;
  maxStreamsPerSession: number;
  maxStreamsPerAddress: number;
  maxStreamsPerLink: number;
}

export interface StreamPlaces<S extends Placed> {
  /**
   * Throws `overloaded` (gateway) or `too_many_streams` (with the scope: session, link or address) when every slot is
   * taken, with the time to retry after. A reader of the same session or address that has held its slot for a minute is
   * evicted: a connection whose client vanished silently looks like any other and must not block that client's next one.
   */
  admit(sessionId: string, bucket?: string, linkId?: string | null): void;
  /** Takes a slot for an admitted reader; returns the function that releases it (once). */
  take(stream: S): () => void;
  /** Readers by session, the oldest of each first. */
  readonly sessions: ReadonlyMap<string, ReadonlySet<S>>;
  readonly size: number;
}

const HELD_LONG_MS = 60_000;
const RETRY_SECONDS = 10;

const tooMany = (scope: "session" | "link" | "address", retryAfterSeconds: number): AppError =>
  new AppError("too_many_streams", { retryAfterSeconds, extra: { scope } });

/** Counts the readers of this gateway for every limit on their number. */
export function createStreamPlaces<S extends Placed>(limits: PlaceLimits): StreamPlaces<S> {
  const sessions = new Map<string, Set<S>>();
  const addresses = new Map<string, Set<S>>();
  const links = new Map<string, number>();
  let size = 0;

  const add = (groups: Map<string, Set<S>>, key: string, stream: S): void => {
    const group = groups.get(key) ?? new Set<S>();
    groups.set(key, group.add(stream));
  };
  const remove = (groups: Map<string, Set<S>>, key: string, stream: S): void => {
    const group = groups.get(key);
    if (group?.delete(stream) && group.size === 0) groups.delete(key);
  };
  const countLink = (linkId: string | null, change: 1 | -1): void => {
    if (linkId === null) return;
    const open = (links.get(linkId) ?? 0) + change;
    if (open > 0) links.set(linkId, open);
    else links.delete(linkId);
  };

  /** Null = a slot is free, perhaps by an eviction; else the seconds until the oldest reader can be evicted. */
  const evictFor = (group: ReadonlySet<S> | undefined, limit: number): number | null => {
    if (group === undefined || group.size < limit) return null;
    for (const stream of group) {
      const age = stream.ageMs?.();
      if (age === undefined || stream.evict === undefined) continue;
      if (age < HELD_LONG_MS) return Math.ceil((HELD_LONG_MS - age) / 1_000);
      stream.evict();
      return group.size < limit ? null : RETRY_SECONDS;
    }
    return RETRY_SECONDS;
  };

  return {
    admit(sessionId, bucket, linkId = null) {
      if (size >= limits.maxStreams) throw new AppError("overloaded", { retryAfterSeconds: 2 + Math.random() * 8 });
      if (linkId !== null && (links.get(linkId) ?? 0) >= limits.maxStreamsPerLink) throw tooMany("link", RETRY_SECONDS);
      const session = evictFor(sessions.get(sessionId), limits.maxStreamsPerSession);
      if (session !== null) throw tooMany("session", session);
      const address = bucket === undefined ? null : evictFor(addresses.get(bucket), limits.maxStreamsPerAddress);
      if (address !== null) throw tooMany("address", address);
    },
    take(stream) {
      const { sessionId, linkId, bucket } = stream;
      add(sessions, sessionId, stream);
      if (bucket !== undefined) add(addresses, bucket, stream);
      countLink(linkId, 1);
      size += 1;
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        remove(sessions, sessionId, stream);
        if (bucket !== undefined) remove(addresses, bucket, stream);
        countLink(linkId, -1);
        size -= 1;
      };
    },
    sessions,
    get size() {
      return size;
    },
  };
}
