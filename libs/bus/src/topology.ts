import { isDeepStrictEqual } from "node:util";
import type { StreamConfig } from "@nats-io/jetstream";
import type { Logger } from "@parley/observability";
import { z } from "zod";
import { API_ERRORS, JetStreamApiError, jetStreamRequest } from "./jetstream-api.js";
import type { ReplyMux } from "./reply-mux.js";

type StreamName = "EVENTS";

interface StreamSpec {
  name: StreamName;
  subjects: string[];
  maxAgeHours: number;
  maxMegabytes: number;
}

const DOMAINS = ["agents", "cleanup", "links", "memory", "sessions", "turns"];

/**
 * The streams of the product. Sizes bound the disk: a full stream refuses (`discard: new`) and the database still has
 * everything. Servers of 2.9 count only payload and headers before they refuse, so at the very edge they drop the oldest message
 * instead.
 */
export const STREAMS: readonly StreamSpec[] = [
  {
    name: "EVENTS",
    subjects: DOMAINS.map((domain) => `${domain}.v1.event.>`),
    maxAgeHours: 72,
    maxMegabytes: 256,
  },
];

const HOUR_NANOS = 3_600 * 1e9;
const DUPLICATE_WINDOW_NANOS = 600 * 1e9;
const MEBIBYTE = 1_048_576;

/** The server's form of a stream; only fields that servers from 2.9 on know. */
export function streamConfig(spec: StreamSpec, replicas: number): Partial<StreamConfig> & { name: string } {
  const maxAge = spec.maxAgeHours * HOUR_NANOS;
  return {
    name: spec.name,
    subjects: spec.subjects,
    retention: "limits",
    storage: "file",
    discard: "new",
    max_age: maxAge,
    max_bytes: spec.maxMegabytes * MEBIBYTE,
    max_msgs: -1,
    max_consumers: -1,
    num_replicas: replicas,
    duplicate_window: Math.min(DUPLICATE_WINDOW_NANOS, maxAge),
  };
}

/** The part of an existing stream that we check; the rest is sent back unchanged. */
const streamInfo = z.object({
  config: z.looseObject({
    subjects: z.array(z.string()).optional(),
    discard: z.string(),
    max_bytes: z.number(),
    max_age: z.number(),
  }),
});

const purged = z.looseObject({ purged: z.number() });

export interface Topology {
  /**
   * Creates or updates the streams; concurrent callers share one run. A failing stream does not prevent the others.
   * Throws the first failure.
   */
  ensureStreams(): Promise<void>;
  /** Deletes the messages with this last token from the streams; returns how many. A missing stream counts as empty. */
  eraseFacts(token: string): Promise<number>;
}

export function createTopology(deps: { mux: ReplyMux; logger: Logger; replicas: number }): Topology {
  const { mux, logger, replicas } = deps;
  const running = new Map<StreamName, Promise<void>>();

  async function makeStream(spec: StreamSpec): Promise<void> {
    const config = streamConfig(spec, replicas);
    try {
      // Repeating the same configuration is not an error, so this is also the cheap check that the stream exists.
      await jetStreamRequest(mux, `STREAM.CREATE.${spec.name}`, config);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.errorCode !== API_ERRORS.streamNameInUse) throw error;
      await repairStream(config);
    }
  }

  /** An existing stream keeps the sizes, ages and replicas that an operator set; mandatory settings are corrected. */
  async function repairStream(ours: ReturnType<typeof streamConfig>): Promise<void> {
    const { config } = streamInfo.parse(await jetStreamRequest(mux, `STREAM.INFO.${ours.name}`));
    const wanted = {
      ...config,
      subjects: ours.subjects,
      discard: ours.discard,
      max_bytes: config.max_bytes > 0 ? config.max_bytes : ours.max_bytes,
      max_age: config.max_age > 0 ? config.max_age : ours.max_age,
    };
    if (isDeepStrictEqual(wanted, config)) return;
    try {
      await jetStreamRequest(mux, `STREAM.UPDATE.${ours.name}`, wanted);
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error;
      // A stream with another configuration may still work; refusing to start would not.
      logger.error({ err: error, stream: ours.name }, "bus.stream_differs");
    }
  }

  function ensure(spec: StreamSpec): Promise<void> {
    const existing = running.get(spec.name);
    if (existing !== undefined) return existing;
    const run = makeStream(spec).finally(() => running.delete(spec.name));
    running.set(spec.name, run);
    return run;
  }

  return {
    async ensureStreams() {
      const results = await Promise.allSettled(STREAMS.map(ensure));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },
    async eraseFacts(token) {
      let erased = 0;
      for (const { name } of STREAMS) {
        try {
          const answer = await jetStreamRequest(mux, `STREAM.PURGE.${name}`, { filter: `*.v1.event.*.${token}` });
          erased += purged.parse(answer).purged;
        } catch (error) {
          if (!(error instanceof JetStreamApiError) || error.errorCode !== API_ERRORS.streamNotFound) throw error;
        }
      }
      return erased;
    },
  };
}
