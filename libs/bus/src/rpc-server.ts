import { headers as createHeaders, type Msg, type NatsConnection, nuid, type Subscription } from "@nats-io/nats-core";
import { AppError, type RpcContract } from "@parley/contracts";
import { type Logger, withExtractedTrace, withSpan } from "@parley/observability";
import type { z } from "zod";
import type { RpcContext } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import { traceOf } from "./trace-headers.js";
import { ERROR_HEADER, toWire } from "./wire-error.js";

export const DEADLINE_HEADER = "Parley-Deadline-Ms";
export const REQUEST_ID_HEADER = "Parley-Request-Id";

const MAX_IN_FLIGHT = 256;

interface RpcServerDeps {
  logger: Logger;
  metrics: BusMetrics;
  /** Aborts when the bus is closed. */
  closing: AbortSignal;
}

/** The answering side of one contract: bounded, parsed on both edges, every failure an answer. */
export class RpcServer<Q extends z.ZodType, R extends z.ZodType> {
  readonly #contract: RpcContract<Q, R>;
  readonly #handler: (input: z.output<Q>, context: RpcContext) => Promise<z.input<R>>;
  readonly #maxInFlight: number;
  readonly #deps: RpcServerDeps;
  readonly #inFlight = new Set<Promise<void>>();
  #subscription: Subscription | null = null;

  constructor(
    contract: RpcContract<Q, R>,
    handler: (input: z.output<Q>, context: RpcContext) => Promise<z.input<R>>,
    deps: RpcServerDeps & { maxInFlight?: number },
  ) {
    this.#contract = contract;
    this.#handler = handler;
    this.#deps = deps;
    this.#maxInFlight = deps.maxInFlight ?? MAX_IN_FLIGHT;
  }

  attach(connection: NatsConnection): void {
    this.#subscription = connection.subscribe(this.#contract.subject, {
      queue: this.#contract.service,
      callback: (error, msg) => {
        if (error !== null) this.#deps.logger.error({ err: error, subject: this.#contract.subject }, "rpc.refused");
        else this.#accept(msg);
      },
    });
  }

  /** Takes no more calls; resolves when those in hand are answered. */
  async drain(): Promise<void> {
    if (this.#subscription !== null && !this.#subscription.isClosed()) await this.#subscription.drain();
    await Promise.allSettled([...this.#inFlight]);
  }

  #accept(msg: Msg): void {
    if (this.#inFlight.size >= this.#maxInFlight) {
      this.#answerError(msg, new AppError("overloaded", { retryAfterSeconds: 1 }));
      return;
    }
    const done = this.#answer(msg).finally(() => this.#inFlight.delete(done));
    this.#inFlight.add(done);
  }

  async #answer(msg: Msg): Promise<void> {
    const { subject } = this.#contract;
    try {
      const text = await withExtractedTrace(traceOf(msg.headers), () =>
        withSpan(subject, { kind: "server" }, () => this.#handle(msg)),
      );
      this.#send(msg, text);
      this.#deps.metrics.served(subject, "ok");
    } catch (error) {
      this.#answerError(msg, error);
    }
  }

  /** The answer as text, parsed by the contract so that nothing undeclared leaves the service. */
  async #handle(msg: Msg): Promise<string> {
    const input = this.#contract.request.safeParse(parseJson(msg));
    if (!input.success) {
      throw new AppError("internal", { cause: input.error, internal: "request breaks its schema" });
    }
    const output = this.#contract.response.safeParse(await this.#handler(input.data, this.#context(msg)));
    if (!output.success) {
      throw new AppError("internal", { cause: output.error, internal: "answer breaks its schema" });
    }
    return JSON.stringify(output.data) ?? "null";
  }

  #context(msg: Msg): RpcContext {
    const deadlineMs = Number(msg.headers?.get(DEADLINE_HEADER)) || this.#contract.deadlineMs;
    const requestId = msg.headers?.get(REQUEST_ID_HEADER) || nuid.next();
    const deadlineAt = performance.now() + deadlineMs;
    const { closing } = this.#deps;
    let signal: AbortSignal | undefined;
    return {
      deadlineAt,
      requestId,
      // Made on first use: most handlers never ask, and a signal with a timer costs more than the rest of the context.
      get signal() {
        signal ??= AbortSignal.any([
          closing,
          AbortSignal.timeout(Math.max(0, Math.ceil(deadlineAt - performance.now()))),
        ]);
        return signal;
      },
    };
  }

  #answerError(msg: Msg, error: unknown): void {
    const { subject } = this.#contract;
    const wire = toWire(error);
    if (wire.code === "internal") this.#deps.logger.error({ err: error, subject }, "rpc.failed");
    this.#deps.metrics.served(subject, wire.code);
    const headers = createHeaders();
    headers.set(ERROR_HEADER, wire.code);
    try {
      msg.respond(JSON.stringify(wire), { headers });
    } catch (failure) {
      // The connection is closed, or even the error is too large; the caller's deadline ends its wait.
      this.#deps.logger.error({ err: failure, subject }, "rpc.answer_lost");
    }
  }

  #send(msg: Msg, text: string): void {
    try {
      msg.respond(text);
    } catch (error) {
      throw new AppError("internal", { cause: error, internal: "answer above the server's maximum, or no connection" });
    }
  }
}

function parseJson(msg: Msg): unknown {
  try {
    return msg.json<unknown>();
  } catch (error) {
    throw new AppError("malformed_request", { cause: error });
  }
}
