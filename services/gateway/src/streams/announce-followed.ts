import type { Bus } from "@parley/bus";
import { FOLLOWED_EVERY_MS, PUBLISHERS_KEY, sessionsFollowed } from "@parley/contracts";
import type { LiveStreams } from "@parley/redis";

const IDS_PER_MESSAGE = 1_000;

/**
 * Publishers write live entries only for followed sessions, so each session is announced with its first reader here, once its entries
 * can arrive, and all of them repeatedly, because announcements may get lost. An announcement that is not repeated expires.
 */
export function announceFollowed(live: LiveStreams, bus: Bus): LiveStreams {
  const readers = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  const announce = (ids: string[]): void => {
    for (let at = 0; at < ids.length; at += IDS_PER_MESSAGE)
      bus.publishLive(sessionsFollowed, PUBLISHERS_KEY, { sessionIds: ids.slice(at, at + IDS_PER_MESSAGE) });
  };
  const announceAll = (): void => announce([...readers.keys()]);
  bus.onReconnect(announceAll);
  return {
    ...live,
    async subscribe(sessionId, onEntry) {
      const end = await live.subscribe(sessionId, onEntry);
      const others = readers.get(sessionId) ?? 0;
      readers.set(sessionId, others + 1);
      if (others === 0) announce([sessionId]);
      timer ??= setInterval(announceAll, FOLLOWED_EVERY_MS).unref();
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        end();
        const left = (readers.get(sessionId) ?? 1) - 1;
        if (left > 0) readers.set(sessionId, left);
        else readers.delete(sessionId);
        if (readers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
