import { isDeepStrictEqual } from "node:util";
import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream";
import type { Logger } from "@parley/observability";
import { z } from "zod";
import { API_ERRORS, JetStreamApiError, jetStreamRequest } from "./jetstream-api.js";
import type { ReplyMux } from "./reply-mux.js";

export type StreamName = "TURNS" | "JOBS" | "EVENTS" | "DEAD";

interface StreamSpec {
  name: StreamName;
  subjects: string[];
  retention: "workqueue" | "limits";
  maxAgeHours: number;
  maxMegabytes: number;
}

/**
 * The streams of the product. Sizes bound the disk: a full stream refuses (`discard: new`) and the database still has
 * everything; ages bound orphans that a hard kill of an old server can leave in a work queue. Servers of 2.9 count only
 * payload and headers before they refuse, so at the very edge they drop the oldest message instead.
 */
const DOMAINS = ["agents", "cleanup", "links", "memory", "sessions", "turns"];

export const STREAMS: readonly StreamSpec[] = [
  { name: "TURNS", subjects: ["turns.v1.work.>"], retention: "workqueue", maxAgeHours: 24, maxMegabytes: 128 },
  {
    name: "JOBS",
    subjects: ["memory.v1.work.>", "cleanup.v1.work.>", "links.v1.work.>"],
    retention: "workqueue",
    maxAgeHours: 24,
    maxMegabytes: 64,
  },
  {
    name: "EVENTS",
    // Named one by one: `*.v1.event.>` would overlap with `dlq.>`, which the server refuses.
    subjects: DOMAINS.map((domain) => `${domain}.v1.event.>`),
    retention: "limits",
    maxAgeHours: 72,
    maxMegabytes: 256,
  },
  { name: "DEAD", subjects: ["dlq.>"], retention: "limits", maxAgeHours: 14 * 24, maxMegabytes: 64 },
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
    retention: spec.retention,
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

/** The part of an existing stream that we look at; the rest is sent back as it came. */
const streamInfo = z.object({
  config: z.looseObject({
    subjects: z.array(z.string()).optional(),
    discard: z.string(),
    max_bytes: z.number(),
    max_age: z.number(),
  }),
});

export interface ConsumerSpec {
  stream: StreamName;
  name: string;
  filter: string;
  ackWaitMs: number;
}

/** Unacknowledged messages per consumer, including those that wait for a delayed retry: they must not block the queue. */
const MAX_ACK_PENDING = 20_000;

/** Attempts are counted by us: at its own limit the server would just stop delivering and leave the message behind. */
function consumerConfig(spec: ConsumerSpec): Partial<ConsumerConfig> {
  return {
    durable_name: spec.name,
    name: spec.name,
    ack_policy: "explicit",
    deliver_policy: "all",
    replay_policy: "instant",
    filter_subject: spec.filter,
    ack_wait: spec.ackWaitMs * 1e6,
    max_deliver: -1,
    max_ack_pending: MAX_ACK_PENDING,
  };
}

export interface Topology {
  /** Creates or updates one stream; callers at the same time share one run. Throws when the server does not do it. */
  ensureStream(name: StreamName): Promise<void>;
  /** The same for all; one that fails does not keep the others from being made. Throws the first failure. */
  ensureStreams(): Promise<void>;
  /** Creates or updates one consumer; its stream must exist. */
  ensureConsumer(spec: ConsumerSpec): Promise<void>;
}

export function createTopology(deps: { mux: ReplyMux; logger: Logger; replicas: number }): Topology {
  const { mux, logger, replicas } = deps;
  const running = new Map<StreamName, Promise<void>>();

  async function makeStream(spec: StreamSpec): Promise<void> {
    const config = streamConfig(spec, replicas);
    try {
      // The same configuration again is no error, so this is also the cheap check that the stream is there.
      await jetStreamRequest(mux, `STREAM.CREATE.${spec.name}`, config);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.errorCode !== API_ERRORS.streamNameInUse) throw error;
      await repairStream(config);
    }
  }

  /** An existing stream keeps the sizes, ages and copies that an operator gave it; what must be so is put right. */
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
      // A stream of another shape may still work; refusing to start would not.
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
    ensureStream: async (name) => {
      for (const spec of STREAMS) if (spec.name === name) await ensure(spec);
    },
    async ensureStreams() {
      const results = await Promise.allSettled(STREAMS.map(ensure));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },
    ensureConsumer: async (spec) => {
      await jetStreamRequest(mux, `CONSUMER.CREATE.${spec.stream}.${spec.name}.${spec.filter}`, {
        stream_name: spec.stream,
        config: consumerConfig(spec),
      });
    },
  };
}
