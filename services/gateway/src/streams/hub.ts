import type { Bus } from "@parley/bus";
import { AppError, linkRevoked, linkUpdated, sessionEnded, sessionHeads } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";

/** An open reader as the hub sees it. */
export interface HubStream {
  readonly sessionId: string;
  readonly linkId: string | null;
  /** Address bucket of a visitor; trusted backends are not counted by it. */
  readonly bucket?: string | undefined;
  /** The log has reached `head`: fetch what is missing. */
  want(head: number): void;
  /** The session is over by the word of the database; the reader fetches to the end and closes. */
  ended(head: number): void;
  /** Ends the reader with a `session_ended` event that is no part of the log. */
  revoke(reason: string): void;
}

/** All readers of this gateway: limits, the net under lost notifications, and what closes them from outside. */
export interface StreamHub {
  /**
   * Throws `overloaded` (gateway), `rate_limited` (session) or `too_many_streams` (address) when no further reader has room.
   */
  admit(sessionId: string, bucket?: string): void;
  /** Adds a reader that was admitted; returns the function that takes it out again. */
  join(stream: HubStream): () => void;
  readonly size: number;
  start(): void;
  stop(): void;
}

const REPAIR_MS = 3_000;
/** While Redis is away the heads are all that brings events. */
const REPAIR_WITHOUT_REDIS_MS = 1_000;
const HEADS_PER_CALL = 1_000;

export interface HubOptions {
  bus: Bus;
  redis: RedisLike;
  logger: Logger;
  metrics: Metrics;
  maxStreams: number;
  maxStreamsPerSession: number;
  maxStreamsPerAddress: number;
}

export function createStreamHub(options: HubOptions): StreamHub {
  const { bus, redis, logger, metrics } = options;
  const sessions = new Map<string, Set<HubStream>>();
  const gauge = metrics.gauge("gateway_streams", "Open event streams");
  const repairs = metrics.counter("gateway_stream_repairs_total", "Streams whose missing events were found by asking");
  const perBucket = new Map<string, number>();
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  const countBucket = (bucket: string | undefined, change: 1 | -1): void => {
    if (bucket === undefined) return;
    const open = (perBucket.get(bucket) ?? 0) + change;
    if (open > 0) perBucket.set(bucket, open);
    else perBucket.delete(bucket);
  };

  const leave = (stream: HubStream): void => {
    const readers = sessions.get(stream.sessionId);
    if (!readers?.delete(stream)) return;
    if (readers.size === 0) sessions.delete(stream.sessionId);
    size -= 1;
    countBucket(stream.bucket, -1);
    gauge.set(size);
  };

  const repair = async (): Promise<void> => {
    const ids = [...sessions.keys()];
    for (let from = 0; from < ids.length; from += HEADS_PER_CALL) {
      const { heads } = await bus.call(sessionHeads, { sessionIds: ids.slice(from, from + HEADS_PER_CALL) });
      for (const [sessionId, { head, status }] of Object.entries(heads)) {
        for (const stream of [...(sessions.get(sessionId) ?? [])]) {
          if (status === "active") stream.want(head);
          else stream.ended(head);
        }
      }
      repairs.inc();
    }
  };

  const loop = async (): Promise<void> => {
    if (sessions.size > 0)
      await repair().catch((error: unknown) => logger.debug({ err: error }, "streams.repair_failed"));
    const reachable = sessions.size === 0 || (await redis.ping());
    if (!running) return;
    timer = setTimeout(() => void loop(), reachable ? REPAIR_MS : REPAIR_WITHOUT_REDIS_MS).unref();
  };

  const each = (matches: (stream: HubStream) => boolean, act: (stream: HubStream) => void): void => {
    for (const readers of sessions.values()) for (const stream of [...readers]) if (matches(stream)) act(stream);
  };

  return {
    admit(sessionId, bucket) {
      if (size >= options.maxStreams) throw new AppError("overloaded", { retryAfterSeconds: 2 + Math.random() * 8 });
      const open = sessions.get(sessionId)?.size ?? 0;
      if (open >= options.maxStreamsPerSession) throw new AppError("rate_limited", { retryAfterSeconds: 10 });
      if (bucket !== undefined && (perBucket.get(bucket) ?? 0) >= options.maxStreamsPerAddress)
        throw new AppError("too_many_streams", { retryAfterSeconds: 10 });
    },
    join(stream) {
      const readers = sessions.get(stream.sessionId) ?? new Set();
      readers.add(stream);
      sessions.set(stream.sessionId, readers);
      size += 1;
      countBucket(stream.bucket, 1);
      gauge.set(size);
      return () => leave(stream);
    },
    get size() {
      return size;
    },
    start() {
      running = true;
      bus.listen(linkRevoked, async ({ linkId }) => {
        each(
          (stream) => stream.linkId === linkId,
          (stream) => stream.revoke("link_revoked"),
        );
      });
      bus.listen(sessionEnded, async ({ sessionId }) => {
        // Its offset is not told; asking for one more than is known makes the reader look.
        for (const stream of [...(sessions.get(sessionId) ?? [])]) stream.ended(Number.POSITIVE_INFINITY);
      });
      const repairNow = (): void => void repair().catch(() => undefined);
      // Changed limits stand in the logs of the link's sessions; the heads say in which.
      bus.listen(linkUpdated, async ({ linkId }) => {
        if ([...sessions.values()].some((readers) => [...readers].some((stream) => stream.linkId === linkId)))
          repairNow();
      });
      redis.live.onGap(repairNow);
      bus.onReconnect(repairNow);
      void loop();
    },
    stop() {
      running = false;
      clearTimeout(timer);
    },
  };
}
