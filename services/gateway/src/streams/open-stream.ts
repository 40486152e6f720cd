import { readEvents, type SessionAccess } from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../deps.js";
import type { Audience } from "./audience.js";
import { type Cursor, formatCursor, readCursor } from "./cursor.js";
import { StreamReader } from "./reader.js";

export interface StreamTarget {
  access: SessionAccess;
  linkId: string | null;
  audience: Audience;
  /** Address bucket of a visitor, whose streams are counted together; backends leave it out. */
  bucket?: string;
}

/** A new reader of a longer log gets a snapshot instead of every event since the beginning. */
const REPLAY_LIMIT = 200;

/**
 * Opens the event stream of a session on this reply. Until the session is known to be readable, failures are ordinary
 * problem answers. A reader who comes back to an ended session and has everything gets 204, which tells browsers to stop.
 */
export async function openSessionStream(
  context: GatewayContext,
  call: { request: FastifyRequest; reply: FastifyReply; after: string | undefined },
  target: StreamTarget,
): Promise<FastifyReply> {
  const { request, reply } = call;
  const given = readCursor(request.headers["last-event-id"], call.after);
  const { bus, streams, redis, logger } = context;
  const first = await bus.call(readEvents, { access: target.access, after: given?.offset ?? 0, limit: 1 });
  const cursor = startOf(given, first);
  if (given !== undefined && cursor === first.head && first.status !== "active") return reply.code(204).send();

  streams.admit(first.sessionId, target.bucket);
  const sse = request.server.sse.open(reply);
  const { sessionId, epoch, head, status } = first;
  const reader = new StreamReader({ ...target, bus, live: redis.live, logger, sse, sessionId, epoch, cursor });
  sse.onClose(streams.join(reader));
  sse.send({
    id: cursor === null ? undefined : formatCursor({ epoch, offset: cursor }),
    event: "connected",
    data: { type: "connected", session_id: sessionId, status, head },
  });
  reader.run(head).catch((error: unknown) => {
    logger.debug({ err: error, sessionId }, "stream.failed");
    sse.close();
  });
  return reply;
}

/** Offset to go on from; null = the place is unknown in this log, so a snapshot comes first. */
export function startOf(given: Cursor | undefined, log: { epoch: number; head: number }): number | null {
  if (given === undefined) return log.head <= REPLAY_LIMIT ? 0 : null;
  return given.epoch === log.epoch && given.offset <= log.head ? given.offset : null;
}
