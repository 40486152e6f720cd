import type { Logger } from "@parley/observability";
import type { EventSink } from "./event-sink.js";

/** Logs when a reader connects and leaves: a visitor's, with its link, or a backend's or owner's without one. */
export function logStream(
  logger: Logger,
  reader: Pick<EventSink, "closed" | "openedAt" | "onClose">,
  ids: { sessionId: string; linkId: string | null },
): void {
  if (reader.closed) return;
  const { sessionId, linkId } = ids;
  logger.info({ sessionId, linkId }, "stream.opened");
  reader.onClose(() => {
    logger.info({ sessionId, linkId, ms: Math.round(performance.now() - reader.openedAt) }, "stream.closed");
  });
}
