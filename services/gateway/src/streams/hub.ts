import type { Bus } from "@parley/bus";
import {
  contentRemoved,
  credentialRevoked,
  GATEWAYS_KEY,
  linkRevoked,
  linkUpdated,
  sessionEnded,
  sessionHeads,
} from "@parley/contracts";
import type { Counter, Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Opener } from "./opener.js";
import { createOpeningRate } from "./opening-rate.js";
import { createSessionFeeds, type SessionFeeds } from "./session-feeds.js";
import { createStreamPlaces, type Placed, type PlaceLimits, type StreamPlaces } from "./stream-places.js";

/** An open reader as the hub sees it. */
export interface HubStream extends Placed {
  /** The log has reached `head`: fetch what is missing. */
  want(head: number): void;
  /** The database says that the session is over; the reader fetches to the end and closes. */
  ended(head: number): void;
  /** Ends the reader with a `session_ended` event that is not part of the log. */
  revoke(reason: string): void;
  /** The token or key that opened the stream, if any, and what to do when it is revoked. */
  readonly opener?: Opener | undefined;
  refuse?(): void;
}

/** All readers of this gateway: limits, the fallback for lost notifications, and closing them from outside. */
export interface StreamHub extends Pick<StreamPlaces<HubStream>, "admit"> {
  /** Sessions that are followed here. */
  readonly feeds: SessionFeeds;
  /** Called before any work for a new stream. Throws `overloaded` while the process is behind: messages come first. */
  enter(): void;
  /** Adds an admitted reader; returns the function that removes it. */
  join(stream: HubStream): () => void;
  readonly size: number;
  /** Counts readers that got a full snapshot, because their place in the log was lost or the log is long. */
  readonly resets: Counter<string>;
  start(): void;
  stop(): void;
}

const REPAIR_MS = 3_000;
/** While Redis is unreachable, only the heads bring events. */
const REPAIR_WITHOUT_REDIS_MS = 1_000;
const HEADS_PER_CALL = 1_000;

/** How often the event loop's delay is measured. */
const LAG_MS = 50;

export interface HubOptions extends PlaceLimits {
  bus: Bus;
  redis: RedisLike;
  logger: Logger;
  metrics: Metrics;
}

export function createStreamHub(options: HubOptions): StreamHub {
  const { bus, redis, logger, metrics } = options;
  const places = createStreamPlaces<HubStream>(options);
  const { sessions } = places;
  const feeds = createSessionFeeds({ bus, live: redis.live, logger });
  const rate = createOpeningRate();
  const gauge = metrics.gauge("gateway_streams", "Open event streams");
  const repairs = metrics.counter("gateway_stream_repairs_total", "Streams whose missing events were found by asking");
  const shed = metrics.counter(
    "gateway_streams_shed_total",
    "Streams that had to come later because messages come first",
  );
  let timer: NodeJS.Timeout | undefined;
  let lagTimer: NodeJS.Timeout | undefined;
  /** A stream was opened since the last measurement of the event loop. */
  let opened = false;
  let running = false;
  let unsubscribe = (): void => undefined;

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

  const stopWatching = (): void => {
    clearInterval(lagTimer);
    lagTimer = undefined;
  };
  /** Measures the event loop while there are streams. */
  const watchLag = (): void => {
    opened = true;
    if (lagTimer !== undefined || !running) return;
    let expected = performance.now() + LAG_MS;
    lagTimer = setInterval(() => {
      const now = performance.now();
      rate.observe(now - expected);
      expected = now + LAG_MS;
      if (places.size === 0 && !opened) stopWatching();
      opened = false;
    }, LAG_MS).unref();
  };

  const loop = async (): Promise<void> => {
    feeds.sweep();
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
    admit: places.admit,
    feeds,
    enter() {
      watchLag();
      try {
        rate.enter();
      } catch (error) {
        shed.inc();
        throw error;
      }
    },
    join(stream) {
      const leave = places.take(stream);
      gauge.set(places.size);
      return () => {
        leave();
        gauge.set(places.size);
        if (!running && places.size === 0) feeds.close();
      };
    },
    get size() {
      return places.size;
    },
    resets: metrics.counter(
      "stream_resets_total",
      "Streams and polls answered with the whole state: the reader's place was lost, or the log is long",
    ),
    start() {
      running = true;
      bus.listen(linkRevoked, async ({ linkId, reason }) => {
        feeds.forgetLink(linkId);
        each(
          (stream) => stream.linkId === linkId,
          // The session itself is about to end with its link.
          (stream) => stream.revoke(reason ?? "link_revoked"),
        );
      });
      bus.listen(sessionEnded, async ({ sessionId }) => {
        feeds.sessionEnded(sessionId);
        // The event does not contain the offset; an infinite head makes the reader check the log.
        for (const stream of [...(sessions.get(sessionId) ?? [])]) stream.ended(Number.POSITIVE_INFINITY);
      });
      bus.listen(credentialRevoked, async ({ id, rotated }) => {
        if (rotated) return;
        each(
          // For a suspended tenant the id is the tenant's.
          ({ opener }) => opener?.id === id || opener?.tenantId === id,
          (stream) => stream.refuse?.(),
        );
      });
      const repairNow = (): void => void repair().catch(() => undefined);
      // Changed limits are in the logs of the link's sessions; the heads show in which.
      bus.listen(linkUpdated, async ({ linkId }) => {
        if ([...sessions.values()].some((readers) => [...readers].some((stream) => stream.linkId === linkId)))
          repairNow();
      });
      unsubscribe = bus.listenLive(
        contentRemoved,
        GATEWAYS_KEY,
        ({ sessionIds }) => void redis.live.forget(sessionIds),
      );
      redis.live.onGap(repairNow);
      bus.onReconnect(repairNow);
      void loop();
    },
    stop() {
      running = false;
      unsubscribe();
      clearTimeout(timer);
      stopWatching();
      // The code that closes the connections tells readers when to reconnect; the feeds close after the last of them.
      if (places.size === 0) feeds.close();
    },
  };
}
