import { setTimeout as delay } from "node:timers/promises";
import type { Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import { RetryableError, type WorkContract } from "@parley/contracts";
import { type Logger, withExtractedTrace, withoutTrace, withSpan } from "@parley/observability";
import type { z } from "zod";
import type { WorkHandler, WorkOptions } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import type { CallSignature } from "./call-signature.js";
import { traceOf } from "./trace-headers.js";

/** A hint for a worker. */
export interface Hint {
  /** Last token of its subject. */
  token: string;
  payload: unknown;
  /** Signed by a service of this installation. */
  signed: boolean;
  /** Headers of the trace it was sent in. */
  trace: Record<string, string>;
}

export interface WorkerDeps {
  /** Id of the bus: hints can be addressed to this worker. */
  id: string;
  logger: Logger;
  /** null = hints are not signed here, and every hint is trusted. */
  signature: CallSignature | null;
  metrics: BusMetrics;
  /** Called when a hint arrives. */
  heard(): void;
  /** Passes a hint to the workers of other replicas; `onNobody` runs when there are none. */
  handOn(subject: string, hint: Hint, onNobody?: () => void): void;
}

/** Hints that may wait per slot. Further ones are dropped: polling the database finds their work. */
const WAITING_PER_SLOT = 16;
/** How long the server may still deliver hints in transit when the worker stops. */
const HAND_OVER_MS = 1_000;

/** Processes the hints of one contract: at most `concurrency` at a time, further ones in order of arrival. */
export class Worker<S extends z.ZodType> {
  readonly #contract: WorkContract<S>;
  readonly #handler: WorkHandler<S>;
  readonly #concurrency: number;
  readonly #deps: WorkerDeps;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: Hint[] = [];
  readonly #retries = new Set<NodeJS.Timeout>();
  #subscriptions: Subscription[] = [];
  #open = true;

  constructor(contract: WorkContract<S>, handler: WorkHandler<S>, deps: WorkerDeps & WorkOptions) {
    this.#contract = contract;
    this.#handler = handler;
    this.#concurrency = deps.concurrency;
    this.#deps = deps;
  }

  /** False once it stops: other workers get the hints. */
  get open(): boolean {
    return this.#open;
  }

  attach(connection: NatsConnection): void {
    if (!this.#open) return;
    const { subject, service } = this.#contract;
    const callback =
      (take: (hint: Hint) => void) =>
      (error: Error | null, msg: Msg): void => {
        const opened = error === null ? openHint(this.#deps.signature, msg.subject, msg.string()) : null;
        const token = msg.subject.slice(msg.subject.lastIndexOf(".") + 1);
        if (opened !== null) take({ token, ...opened, trace: traceOf(msg.headers) });
        else this.#refuse(error ?? "no signature of this installation");
      };
    this.#subscriptions = [
      connection.subscribe(`${subject}.*`, { queue: service, callback: callback((hint) => this.take(hint)) }),
      connection.subscribe(`${subject}.${this.#deps.id}.*`, { callback: callback((hint) => this.#takeOwn(hint)) }),
    ];
  }

  take(hint: Hint): void {
    const { subject } = this.#contract;
    this.#deps.heard();
    if (!this.#open) this.#deps.handOn(subject, hint);
    else if (this.#running.size < this.#concurrency) this.#run(hint);
    else if (this.#waiting.length < this.#concurrency * WAITING_PER_SLOT) this.#waiting.push(hint);
    else this.#deps.metrics.worked(subject, "dropped");
  }

  /** A hint addressed to this worker: its cache saves less than waiting for a slot costs, so without a free slot it is passed on, once. */
  #takeOwn(hint: Hint): void {
    const isFree = this.#open && this.#running.size < this.#concurrency;
    if (isFree) this.take(hint);
    else this.#deps.handOn(this.#contract.subject, hint, () => this.take(hint));
  }

  /** Accepts no more hints, passes waiting ones to other replicas, and resolves when the running work is done. */
  async stop(): Promise<void> {
    this.close();
    for (const hint of this.#waiting.splice(0)) this.#deps.handOn(this.#contract.subject, hint);
    const drained = this.#subscriptions
      .splice(0)
      .map((one) => (one.isClosed() ? undefined : one.drain().catch(() => undefined)));
    await Promise.race([Promise.all(drained), delay(HAND_OVER_MS, undefined, { ref: false })]);
    await Promise.all(this.#running);
  }

  /** Accepts no more hints. */
  close(): void {
    this.#open = false;
    for (const timer of this.#retries) clearTimeout(timer);
    this.#retries.clear();
  }

  #run(hint: Hint): void {
    const done = this.#handle(hint).finally(() => {
      this.#running.delete(done);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#run(next);
    });
    this.#running.add(done);
  }

  /** Never rejects. */
  async #handle(hint: Hint): Promise<void> {
    const { logger, metrics } = this.#deps;
    const { subject, schema } = this.#contract;
    const message = schema.safeParse(hint.payload);
    if (!message.success) return this.#refuse(message.error);
    const { signed } = hint;
    const work = (): Promise<void> =>
      withSpan(subject, { kind: "consumer" }, () => this.#handler(message.data, { signed }));
    try {
      // A hint that waited starts after another one, so it must not inherit that one's trace.
      await withoutTrace(() => withExtractedTrace(hint.trace, work));
      metrics.worked(subject, "done");
    } catch (error) {
      logger.warn({ err: error, subject }, "work.failed");
      metrics.worked(subject, "failed");
      if (error instanceof RetryableError && error.options.afterMs !== undefined)
        this.#again(hint, error.options.afterMs);
    }
  }

  #refuse(err: unknown): void {
    const { logger, metrics } = this.#deps;
    const { subject } = this.#contract;
    logger.error({ err, subject }, "work.refused");
    metrics.worked(subject, "refused");
  }

  /** Without a delay, the next poll of the database finds the work. */
  #again(hint: Hint, afterMs: number): void {
    if (!this.#open) return;
    const timer = setTimeout(
      () => {
        this.#retries.delete(timer);
        this.take(hint);
      },
      afterMs * (1 + Math.random() / 2),
    );
    this.#retries.add(timer);
  }
}

/** The text of a hint on the server: its payload, after its signature where there is a key. */
export function writeHint(signature: CallSignature | null, subject: string, payload: unknown): string {
  const text = JSON.stringify(payload);
  return signature === null ? text : `${signature.sign(subject, text)} ${text}`;
}

/** null = it has an invalid signature. */
function openHint(
  signature: CallSignature | null,
  subject: string,
  given: string,
): Pick<Hint, "payload" | "signed"> | null {
  const isBare = given.startsWith("{");
  const at = isBare ? -1 : given.indexOf(" ");
  const text = given.slice(at + 1);
  if (signature !== null && !isBare && !signature.verifies(given.slice(0, Math.max(at, 0)), subject, text)) return null;
  return { payload: parseJson(text), signed: signature === null || !isBare };
}

/** Anything that is not JSON breaks every schema. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
