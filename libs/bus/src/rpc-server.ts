import { headers as createHeaders, type Msg, type NatsConnection, nuid, type Subscription } from "@nats-io/nats-core";
import { AppError, principalOf, type RpcContract } from "@parley/contracts";
import { type Actor, type Logger, runFor, withExtractedTrace, withSpan } from "@parley/observability";
import type { z } from "zod";
import type { RpcContext } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import { type CallSignature, SIGNATURE_HEADER } from "./call-signature.js";
import type { Gather } from "./gather.js";
import { traceOf } from "./trace-headers.js";
import { ERROR_HEADER, toWire } from "./wire-error.js";

export const DEADLINE_HEADER = "Parley-Deadline-Ms";
export const REQUEST_ID_HEADER = "Parley-Request-Id";

const MAX_IN_FLIGHT = 256;

/** Metadata of a request. */
export interface CallAbout {
  deadlineMs: number;
  requestId: string | undefined;
}

/** An answer as JSON; with a code it is an error. */
export interface RpcReply {
  text: string;
  code: string | null;
}

interface RpcServerDeps {
  gather: Gather;
  logger: Logger;
  metrics: BusMetrics;
  signature: CallSignature | null;
  /** Called when a request arrives. */
  heard(): void;
}

/**
 * What a handler may know of its call. The signal is created on first use, because most handlers never need it, and it is not
 * derived from a signal of the whole bus: on Node 20 every derived signal leaks into its long-lived source.
 */
class CallContext implements RpcContext {
  readonly deadlineAt: number;
  readonly requestId: string;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ deadlineMs, requestId }: CallAbout) {
    this.deadlineAt = performance.now() + deadlineMs;
    this.requestId = requestId || nuid.next();
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const leftMs = Math.max(0, this.deadlineAt - performance.now());
      this.#timer = setTimeout(() => this.abort(new Error("the caller's deadline has passed")), leftMs);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    clearTimeout(this.#timer);
    this.#controller?.abort(reason);
  }

  /** The handler has ended. */
  end(): void {
    clearTimeout(this.#timer);
  }
}

/** The answering side of one contract: bounded, request and answer parsed, every failure is answered. */
export class RpcServer<Q extends z.ZodType, R extends z.ZodType> {
  readonly #contract: RpcContract<Q, R>;
  readonly #handler: (input: z.output<Q>, context: RpcContext) => Promise<z.input<R>>;
  readonly #maxInFlight: number;
  readonly #deps: RpcServerDeps;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #contexts = new Set<CallContext>();
  #subscription: Subscription | null = null;
  #open = true;

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

  /** The bus is closed: handlers that listen to their signal stop. */
  close(): void {
    this.#open = false;
    for (const context of this.#contexts) context.abort(new Error("the bus is closed"));
  }

  /** Accepts no more calls; resolves when running ones are answered. */
  async drain(): Promise<void> {
    this.#open = false;
    if (this.#subscription !== null && !this.#subscription.isClosed()) await this.#subscription.drain();
    await Promise.allSettled([...this.#inFlight]);
  }

  /** True while it is neither closed nor draining. */
  get open(): boolean {
    return this.#open;
  }

  /** Answers a caller in this process: bounds, parsing, deadline and errors are those of a call over the server. Never rejects. */
  direct(payload: string, about: CallAbout): Promise<RpcReply> {
    if (this.#full) return Promise.resolve(this.#shed());
    return this.#track(this.#reply(() => parseJson(payload), about));
  }

  get #full(): boolean {
    return this.#inFlight.size >= this.#maxInFlight;
  }

  #shed(): RpcReply {
    return this.#failed(new AppError("overloaded", { retryAfterSeconds: 1 }));
  }

  #accept(msg: Msg): void {
    if (this.#full) {
      this.#respond(msg, this.#shed());
      return;
    }
    const about = {
      deadlineMs: Number(msg.headers?.get(DEADLINE_HEADER)) || this.#contract.deadlineMs,
      requestId: msg.headers?.get(REQUEST_ID_HEADER),
    };
    const payload = (): unknown => {
      this.#verify(msg);
      return parseJson(msg.string());
    };
    const answered = withExtractedTrace(traceOf(msg.headers), () => this.#reply(payload, about));
    void this.#track(answered.then((reply) => this.#deps.gather.add(() => this.#respond(msg, reply))));
  }

  #track<T>(answering: Promise<T>): Promise<T> {
    const done = answering.finally(() => this.#inFlight.delete(done));
    this.#inFlight.add(done);
    return done;
  }

  async #reply(payload: () => unknown, about: CallAbout): Promise<RpcReply> {
    const { subject } = this.#contract;
    this.#deps.heard();
    try {
      const text = await withSpan(subject, { kind: "server" }, () => this.#handle(payload(), about));
      this.#deps.metrics.served(subject, "ok");
      return { text, code: null };
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** The answer as text, parsed by the contract so that nothing undeclared leaves the service. */
  async #handle(payload: unknown, about: CallAbout): Promise<string> {
    const input = this.#contract.request.safeParse(payload);
    if (!input.success) {
      throw new AppError("internal", { cause: input.error, internal: "request breaks its schema" });
    }
    const context = new CallContext(about);
    this.#contexts.add(context);
    try {
      const actor = actorOf(input.data, this.#contract.subject);
      const handled =
        actor === undefined
          ? this.#handler(input.data, context)
          : runFor(actor, () => this.#handler(input.data, context));
      const output = this.#contract.response.safeParse(await handled);
      if (!output.success) {
        throw new AppError("internal", { cause: output.error, internal: "answer breaks its schema" });
      }
      return JSON.stringify(output.data) ?? "null";
    } finally {
      this.#contexts.delete(context);
      context.end();
    }
  }

  #verify({ headers, data }: Msg): void {
    const { signature, logger } = this.#deps;
    const { subject } = this.#contract;
    if (signature === null || signature.verifies(headers?.get(SIGNATURE_HEADER), subject, data)) return;
    // An intruder on the bus, or a service with another SECRET_KEY or a wrong clock.
    logger.error({ subject, signed: headers?.has(SIGNATURE_HEADER) ?? false }, "rpc.signature_refused");
    throw new AppError("internal", {
      internal: `${subject}: the call is not signed with the key of this installation`,
    });
  }

  #failed(error: unknown): RpcReply {
    const { subject } = this.#contract;
    const wire = toWire(error);
    if (wire.code === "internal") this.#deps.logger.error({ err: error, subject }, "rpc.failed");
    this.#deps.metrics.served(subject, wire.code);
    return { text: JSON.stringify(wire), code: wire.code };
  }

  #respond(msg: Msg, reply: RpcReply): void {
    const headers = createHeaders();
    if (reply.code !== null) headers.set(ERROR_HEADER, reply.code);
    try {
      msg.respond(reply.text, reply.code === null ? {} : { headers });
    } catch (error) {
      const { subject } = this.#contract;
      // The connection is closed, or even the error is too large; the caller waits until its deadline.
      if (reply.code !== null) {
        this.#deps.logger.error({ err: error, subject }, "rpc.answer_lost");
        return;
      }
      const internal = "answer above the server's maximum, or no connection";
      this.#respond(msg, this.#failed(new AppError("internal", { cause: error, internal })));
    }
  }
}

/** The actor of a call: the caller of a management route, named in the message. */
function actorOf(input: unknown, call: string): Actor | undefined {
  const principal = principalOf(input);
  if (principal === undefined) return undefined;
  const { via, id, role, address, requestId } = principal;
  return { via, id, role, call, ...(address && { address }), ...(requestId && { request_id: requestId }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("malformed_request", { cause: error });
  }
}
