import { AppError, type SessionAccess, watchSession } from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { formatCursor, readCursor } from "./cursor.js";
import { logStream } from "./log-stream.js";
import { startOf } from "./open-stream.js";
import type { Opener } from "./opener.js";
import { WatchStream } from "./watch-stream.js";
import { watchedState } from "./watched-event.js";

/**
 * Opens an owner's live view of a session on this reply; it begins with the session's state. Until the session is known to be
 * readable, failures are ordinary problem answers. A reader that returns to an ended session and has everything gets 204.
 */
export async function openWatch(
  { bus, streams, redis, logger }: Pick<GatewayContext, "bus" | "streams" | "redis" | "logger">,
  call: { request: FastifyRequest; reply: FastifyReply; after: string | undefined },
  target: { access: SessionAccess; opener: Opener },
): Promise<FastifyReply> {
  const { request, reply } = call;
  const given = readCursor(request.headers["last-event-id"], call.after);
  const { access } = target;
  const first = await bus.call(watchSession, { access, after: given?.offset ?? 0, limit: 1, snapshot: true });
  const { sessionId, epoch, head, status, session, totals } = first;
  if (session === null || totals === null) throw new AppError("internal", { internal: "a snapshot was asked for" });
  const cursor = startOf(given, first);
  if (given !== undefined && cursor === head && status !== "active") return reply.code(204).send();

  streams.admit(sessionId);
  const sse = request.server.sse.open(reply);
  const stream = new WatchStream({
    ...{ ...target, bus, live: redis.live, logger, sse, sessionId, epoch, cursor },
    resets: streams.resets,
  });
  sse.onClose(streams.join(stream));
  logStream(logger, sse, { sessionId, linkId: null });
  sse.send({
    id: cursor === null ? undefined : formatCursor({ epoch, offset: cursor }),
    event: "connected",
    data: { type: "connected", head, ...watchedState(session, totals) },
  });
  stream.run(head).catch((error: unknown) => {
    logger.debug({ err: error, sessionId }, "watch.failed");
    sse.close();
  });
  return reply;
}
