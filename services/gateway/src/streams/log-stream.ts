import type { Logger } from "@parley/observability";
import type { EventSink } from "./event-sink.js";

/** Tells the log that a reader has come, and when it has left: one of a visitor's link, or without a link of a backend or owner. */
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
