import { AppError, type EventContract } from "@parley/contracts";
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

interface PublisherDeps {
  mux: ReplyMux;
  topology: Topology;
  metrics: BusMetrics;
  connected: () => boolean;
  /** Facts for listeners of this process. */
  deliver(subject: string, text: string): unknown;
}

/** Stores facts; see Bus.publish for its errors. */
export function createPublisher(deps: PublisherDeps) {
  const { mux, topology, metrics, connected } = deps;

  async function once(subject: string, text: string, msgId: string, timeoutMs: number): Promise<void> {
    const reply = await mux.request(subject, text, { timeoutMs, headers: withTrace({ "Nats-Msg-Id": msgId }) });
    throwOnError(reply.json<unknown>());
  }

  async function store(subject: string, text: string, msgId: string): Promise<void> {
    if (!connected()) throw new AppError("not_ready", { internal: "bus: not connected" });
    const deadlineAt = performance.now() + DEADLINE_MS;
    try {
      await once(subject, text, msgId, DEADLINE_MS).catch(async (error: unknown) => {
        if (!(error instanceof RequestFailure)) throw error;
        // Listeners are receivers that never answer, so a wiped store can also show as a timeout.
        if (error.kind === "timeout") topology.ensureStreams().catch(() => undefined);
        if (error.kind !== "no_responders") throw error;
        // The subject has no receiver: the store was wiped. Recreate the stream and try once more.
        await topology.ensureStreams();
        await once(subject, text, msgId, deadlineAt - performance.now());
      });
    } catch (error) {
      throw publishError(error);
    }
  }

  return async function publish<S extends z.ZodType>(
    contract: EventContract<S>,
    message: z.input<S>,
    { key, msgId }: PublishOptions,
  ): Promise<void> {
    const parsed = contract.schema.safeParse(message);
    if (!parsed.success) {
      throw new AppError("internal", {
        cause: parsed.error,
        internal: `${contract.subject}: message breaks its schema`,
      });
    }
    const subject = `${contract.subject}.${token(key)}`;
    const text = JSON.stringify(parsed.data);
    // Listeners in this process get it whether or not the server stores it; they get a repeat by the outbox again.
    deps.deliver(subject, text);
    try {
      await store(subject, text, msgId);
      metrics.published(contract.subject, "ok");
    } catch (error) {
      metrics.published(contract.subject, error instanceof AppError ? error.code : "internal");
      throw error;
    }
  };
}

function publishError(error: unknown): AppError {
  if (error instanceof JetStreamApiError && FULL.includes(error.errorCode)) {
    return new AppError("overloaded", { cause: error, internal: "bus: stream is full", retryAfterSeconds: 1 });
  }
  return new AppError("not_ready", { cause: error, internal: "bus: publish failed", retryAfterSeconds: 1 });
}
