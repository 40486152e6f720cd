import type { LiveEntry } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import type { Redis } from "ioredis";
import { decodeBatch, deliver, type OnEntry } from "./live-entries.js";
import { LIVE_MAX_BATCHES, LIVE_TTL_SECONDS, type LiveStreams } from "./redis-like.js";
import { createScript } from "./script.js";

const PREFIX = "parley:live:";
/** SUBSCRIBE takes many channels; after a reconnect they are sent in chunks, so that one command stays below its deadline. */
const CHANNELS_PER_COMMAND = 500;
/** An idle subscriber neither sends nor expects data, so only a PING finds out that its connection is dead. */
const WATCH_INTERVAL_MS = 5_000;

/** A full Redis refuses the append (pcall), which must not keep subscribers from their entries. */
const PUBLISH_LUA = `
local kept = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'b', ARGV[1])
if not (type(kept) == 'table' and kept.err) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return redis.call('PUBLISH', KEYS[1], ARGV[1])
`;

export interface RedisLiveDeps {
  run<T>(command: (client: Redis) => Promise<T>): Promise<T>;
  subscriber: Redis;
  logger: Logger;
  /** Called each time entries were lost because Redis did not accept them. */
  onLost(): void;
}

/** One batch = one stream entry = one notification: the round trip costs the same for one delta or fifty. */
export function createRedisLive({ run, subscriber, logger, onLost }: RedisLiveDeps): LiveStreams & { close(): void } {
  const publishScript = createScript(PUBLISH_LUA);
  const subscriptions = createSubscriptions(subscriber, logger);
  return {
    publish: async (sessionId, entries) => {
      if (entries.length === 0) return;
      const args = [JSON.stringify(entries), LIVE_MAX_BATCHES, LIVE_TTL_SECONDS * 1000];
      try {
        await run((client) => publishScript(client, [PREFIX + sessionId], args));
      } catch {
        onLost();
      }
    },
    recent: async (sessionId): Promise<LiveEntry[]> => {
      try {
        const rows = await run((client) => client.xrange(PREFIX + sessionId, "-", "+"));
        return rows.flatMap(([, fields]) => decodeBatch(fields[1] ?? ""));
      } catch {
        return [];
      }
    },
    forget: async (sessionIds) => {
      const keys = sessionIds.map((sessionId) => PREFIX + sessionId);
      if (keys.length > 0) await run((client) => client.unlink(...keys)).catch(() => undefined);
    },
    erase: async (sessionIds) => {
      const keys = sessionIds.map((sessionId) => PREFIX + sessionId);
      return keys.length > 0 ? run((client) => client.unlink(...keys)) : 0;
    },
    ...subscriptions,
  };
}

/** Reference-counted channels on the one subscriber connection; the map is the truth, each reconnect restores it. */
function createSubscriptions(
  subscriber: Redis,
  logger: Logger,
): Pick<LiveStreams, "subscribe" | "onGap"> & { close(): void } {
  const sessions = new Map<string, { listeners: Set<{ onEntry: OnEntry }>; confirmed: Promise<void> }>();
  const gapListeners: (() => void)[] = [];

  // Failing is no error here: the channel is in the map and is subscribed again by the next `ready`.
  const send = async (channels: string[]): Promise<boolean> => {
    if (subscriber.status !== "ready") return false;
    return subscriber.subscribe(...channels).then(
      () => true,
      () => false,
    );
  };

  const restore = async (): Promise<void> => {
    const channels = [...sessions.keys()].map((sessionId) => PREFIX + sessionId);
    if (channels.length === 0) return;
    for (let at = 0; at < channels.length; at += CHANNELS_PER_COMMAND) {
      if (!(await send(channels.slice(at, at + CHANNELS_PER_COMMAND)))) {
        // Half-restored is worse than down: start again from a fresh connection.
        if (subscriber.status === "ready") subscriber.disconnect(true);
        return;
      }
    }
    for (const gap of gapListeners) gap();
  };

  subscriber.on("ready", () => void restore());
  subscriber.on("message", (channel: string, text: string) => {
    const session = sessions.get(channel.slice(PREFIX.length));
    if (session !== undefined) deliver(callbacks(session.listeners), decodeBatch(text), logger);
  });
  // No answer: the socket timeout of the connection ends it, and `ready` restores.
  const watch = setInterval(() => {
    if (subscriber.status === "ready") subscriber.ping().catch(() => undefined);
  }, WATCH_INTERVAL_MS).unref();

  const subscribe = async (sessionId: string, onEntry: OnEntry): Promise<() => void> => {
    const listener = { onEntry };
    let session = sessions.get(sessionId);
    if (session === undefined) {
      session = { listeners: new Set(), confirmed: send([PREFIX + sessionId]).then(() => undefined) };
      sessions.set(sessionId, session);
    }
    const { listeners, confirmed } = session;
    listeners.add(listener);
    await confirmed;
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      sessions.delete(sessionId);
      if (subscriber.status === "ready") subscriber.unsubscribe(PREFIX + sessionId).catch(() => undefined);
    };
  };

  return { subscribe, onGap: (fn) => void gapListeners.push(fn), close: () => clearInterval(watch) };
}

function callbacks(listeners: Set<{ onEntry: OnEntry }>): OnEntry[] {
  return [...listeners].map(({ onEntry }) => onEntry);
}
