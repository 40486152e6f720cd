import type { MsgHdrs } from "@nats-io/nats-core";
import { AppError, type EventContract, type WorkContract } from "@parley/contracts";
import type { z } from "zod";
import type { PublishOptions } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import { API_ERRORS, JetStreamApiError, throwOnError } from "./jetstream-api.js";
import { type ReplyMux, RequestFailure } from "./reply-mux.js";
import { token } from "./subject.js";
import type { Topology } from "./topology.js";
import { withTrace } from "./trace-headers.js";

const DEADLINE_MS = 2_000;
const FULL: readonly number[] = [API_ERRORS.maximumBytes, API_ERRORS.maximumMessages, API_ERRORS.storageFull];

export interface Publisher {
  publish<S extends z.ZodType>(
    contract: EventContract<S> | WorkContract<S>,
    message: z.input<S>,
    options: PublishOptions,
  ): Promise<void>;
  /** Stores bytes as they are; used for dead letters. */
  store(subject: string, data: string | Uint8Array, headers: MsgHdrs): Promise<void>;
}

interface PublisherDeps {
  mux: ReplyMux;
  topology: Topology;
  metrics: BusMetrics;
  connected: () => boolean;
  /** Facts for listeners of this process. */
  deliver(subject: string, text: string): void;
  /** Commands for workers of this process. */
  hint(subject: string, message: unknown): void;
}

export function createPublisher(deps: PublisherDeps): Publisher {
  const { mux, topology, metrics, connected } = deps;

  async function once(subject: string, data: string | Uint8Array, headers: MsgHdrs, timeoutMs: number): Promise<void> {
    const reply = await mux.request(subject, data, { timeoutMs, headers });
    throwOnError(reply.json<unknown>());
  }

  async function store(subject: string, data: string | Uint8Array, headers: MsgHdrs): Promise<void> {
    if (!connected()) throw new AppError("not_ready", { internal: "bus: not connected" });
    const deadlineAt = performance.now() + DEADLINE_MS;
    try {
      await once(subject, data, headers, DEADLINE_MS).catch(async (error: unknown) => {
        // Nobody takes the subject: the store was wiped under us. Make the streams again and try once more.
        if (!(error instanceof RequestFailure) || error.kind !== "no_responders") throw error;
        await topology.ensureStreams();
        await once(subject, data, headers, deadlineAt - performance.now());
      });
    } catch (error) {
      throw publishError(error);
    }
  }

  return {
    store,
    async publish(contract, message, { key, msgId }) {
      const parsed = contract.schema.safeParse(message);
      if (!parsed.success) {
        throw new AppError("internal", {
          cause: parsed.error,
          internal: `${contract.subject}: message breaks its schema`,
        });
      }
      const subject = `${contract.subject}.${token(key)}`;
      const text = JSON.stringify(parsed.data);
      // Those who listen in this process hear it whatever becomes of the server; a repeat by the outbox they hear again.
      if (contract.kind === "event") deps.deliver(subject, text);
      else if (!connected()) deps.hint(subject, parsed.data);
      try {
        await store(subject, text, withTrace({ "Nats-Msg-Id": msgId }));
        metrics.published(contract.subject, "ok");
      } catch (error) {
        metrics.published(contract.subject, error instanceof AppError ? error.code : "internal");
        throw error;
      }
    },
  };
}

function publishError(error: unknown): AppError {
  if (error instanceof JetStreamApiError && FULL.includes(error.errorCode)) {
    return new AppError("overloaded", { cause: error, internal: "bus: stream is full", retryAfterSeconds: 1 });
  }
  return new AppError("not_ready", { cause: error, internal: "bus: publish failed", retryAfterSeconds: 1 });
}
