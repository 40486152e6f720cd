import type { SseStream } from "@parley/http";
import type { Logger } from "@parley/observability";

/** Tells the log that a reader has come, and when it has left: one of a visitor's link, or without a link of a backend or owner. */
export function logStream(logger: Logger, sse: SseStream, ids: { sessionId: string; linkId: string | null }): void {
  if (sse.closed) return;
  const { sessionId, linkId } = ids;
  logger.info({ sessionId, linkId }, "stream.opened");
  sse.onClose(() => {
    logger.info({ sessionId, linkId, ms: Math.round(performance.now() - sse.openedAt) }, "stream.closed");
  });
}
