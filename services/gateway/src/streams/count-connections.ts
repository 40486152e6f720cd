import type { SessionAccess } from "@parley/contracts";
import type { VisitCounts } from "../edge/visit-counts.js";
import { ExpiringMap } from "../expiring-map.js";
import type { EventSink } from "./event-sink.js";

interface Reader {
  access: SessionAccess;
}

/** Counts the outcomes of visitors' connections per link; backends and owners are not counted. No method throws or waits. */
export interface ConnectionCounts {
  opened(target: Reader, sessionId: string, sink: Pick<EventSink, "openedAt" | "onClose">): void;
  /** Rethrows what `admit` throws. */
  admitted(target: Reader, admit: () => void): void;
  polled(target: Reader): void;
}

/** A reader that returns this soon was cut off or reloaded the page. */
const SOON_MS = 60_000;
const MAX_REMEMBERED = 20_000;

export function createConnectionCounts(counts: Pick<VisitCounts, "countConnection">): ConnectionCounts {
  const left = new ExpiringMap<string, true>({ ttlMs: SOON_MS, maxEntries: MAX_REMEMBERED });
  const linkOf = ({ access }: Reader) =>
    access.type === "visitor" ? { tenantId: access.tenantId, id: access.linkId } : null;
  return {
    opened(target, sessionId, sink) {
      const link = linkOf(target);
      if (link === null) return;
      counts.countConnection(link, left.get(sessionId) === undefined ? { opened: 1 } : { opened: 1, resumed: 1 });
      sink.onClose(() => {
        left.set(sessionId, true);
        const seconds = Math.round((performance.now() - sink.openedAt) / 1_000);
        counts.countConnection(link, { closed: 1, seconds });
      });
    },
    admitted(target, admit) {
      try {
        admit();
      } catch (error) {
        const link = linkOf(target);
        if (link !== null) counts.countConnection(link, { refused: 1 });
        throw error;
      }
    },
    polled(target) {
      const link = linkOf(target);
      if (link !== null) counts.countConnection(link, { polls: 1 });
    },
  };
}
