import type { SessionAccess } from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import type { Audience } from "./audience.js";
import { type Cursor, formatCursor, readCursor } from "./cursor.js";
import { type EventSink, SseSink } from "./event-sink.js";
import { FeedStream } from "./feed-stream.js";
import { Frame } from "./frame.js";
import { logStream } from "./log-stream.js";
import type { Opener } from "./opener.js";
import type { SessionFeed } from "./session-feed.js";

export interface StreamTarget {
  access: SessionAccess;
  linkId: string | null;
  audience: Audience;
  /** Address bucket of a visitor, whose streams are counted together; absent for backends. */
  bucket?: string;
  /** For backends; visitors are admitted by a link. */
  opener?: Opener;
}

/** A new reader of a longer log gets a snapshot instead of every event since the beginning. */
const REPLAY_LIMIT = 200;

/** Where a reader continues in a session that it may read. */
export interface StreamPlace {
  feed: SessionFeed;
  /** Offset of the last event that the reader has; null = a snapshot is sent first. */
  cursor: number | null;
  /** The reader has all events of an ended session. */
  isDone: boolean;
}

/** Finds the place of a reader. Throws the access errors of the session. */
export async function placeOf(
  { streams }: Pick<GatewayContext, "streams">,
  { access, linkId }: Pick<StreamTarget, "access" | "linkId">,
  given: Cursor | undefined,
): Promise<StreamPlace> {
  const feed = await streams.feeds.open(access, linkId, given?.offset ?? 0);
  // A reader from another gateway may be ahead of this one. A shared look that others began may have been too early for it.
  for (let looks = 0; looks < 2 && (given?.offset ?? 0) > feed.tail.head; looks += 1)
    await streams.feeds.lookAgain(feed, access);
  const cursor = startOf(given, feed.tail);
  return { feed, cursor, isDone: given !== undefined && cursor === feed.tail.head && feed.over };
}

/** Checks that there is room for a reader. Throws like `StreamPlaces.admit`. */
export function admitReader(
  { streams, connections }: Pick<GatewayContext, "streams" | "connections">,
  sessionId: string,
  target: StreamTarget,
): void {
  connections.admitted(target, () => streams.admit(sessionId, target.bucket, target.linkId));
}

/** Lets an admitted reader read from its place on. `more` is sent with the first event. */
export function readFrom(
  { bus, streams, connections, logger }: Pick<GatewayContext, "bus" | "streams" | "connections" | "logger">,
  { feed, cursor }: StreamPlace,
  { sink, target, more = {} }: { sink: EventSink; target: StreamTarget; more?: Record<string, unknown> },
): void {
  const stream = new FeedStream({ ...target, bus, feed, sink, cursor, resets: streams.resets });
  sink.onClose(streams.join(stream));
  connections.opened(target, feed.sessionId, sink);
  logStream(logger, sink, { sessionId: feed.sessionId, linkId: target.linkId });
  sink.pass(
    new Frame({
      id: cursor === null ? undefined : formatCursor({ epoch: feed.tail.epoch, offset: cursor }),
      event: "connected",
      data: { ...connectedOf(feed), ...more },
    }),
  );
  stream.run().catch((error: unknown) => {
    logger.debug({ err: error, sessionId: feed.sessionId }, "stream.failed");
    sink.close("restart");
  });
}

/**
 * Opens the event stream of a session on this reply. Until the session is known to be readable, failures are ordinary
 * problem answers. A reader that returns to an ended session and has everything gets 204, which tells browsers to stop.
 */
export async function openSessionStream(
  context: GatewayContext,
  call: { request: FastifyRequest; reply: FastifyReply; after: string | undefined },
  target: StreamTarget,
): Promise<FastifyReply> {
  const { request, reply } = call;
  const given = readCursor(request.headers["last-event-id"], call.after);
  const place = await placeOf(context, target, given);
  if (place.isDone) return reply.code(204).send();
  admitReader(context, place.feed.sessionId, target);
  readFrom(context, place, { sink: new SseSink(request.server.sse.open(reply)), target });
  return reply;
}

/** The session's state from the last look, adjusted to the current time. */
function connectedOf({ seen: { page, at }, sessionId, tail }: SessionFeed): Record<string, unknown> {
  const now = page.now === undefined ? undefined : Date.parse(page.now) + performance.now() - at;
  return {
    type: "connected",
    session_id: sessionId,
    status: page.status,
    head: tail.head,
    now: now === undefined ? undefined : new Date(now).toISOString(),
    expires_at: page.expiresAt,
    idle_expires_at: page.idleExpiresAt,
    idle_timeout_seconds: page.idleTimeoutSeconds,
  };
}

/** Offset to continue from; null = the place is unknown in this log, so a snapshot is sent first. */
export function startOf(given: Cursor | undefined, log: { epoch: number; head: number }): number | null {
  if (given === undefined) return log.head <= REPLAY_LIMIT ? 0 : null;
  return given.epoch === log.epoch && given.offset <= log.head ? given.offset : null;
}
