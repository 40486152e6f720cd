import { TerminalError } from "@parley/contracts";
import { type Logger, withExtractedTrace, withSpan } from "@parley/observability";
import type { WorkContext } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import { deadLetter } from "./dead-letter.js";
import type { Delivery } from "./delivery.js";
import { type Outcome, outcomeOf, retryDelayMs } from "./outcome.js";
import type { Publisher } from "./publisher.js";
import { keyOf } from "./subject.js";
import { traceOf } from "./trace-headers.js";

/** A contract's part of a consumer: takes the parsed JSON of a message. */
export type Route = (payload: unknown, context: WorkContext) => Promise<void>;

export interface ConsumerWorkerDeps {
  consumer: string;
  maxDeliver: number;
  concurrency: number;
  publisher: Pick<Publisher, "store">;
  logger: Logger;
  metrics: BusMetrics;
  closing: AbortSignal;
}

/** A message for which no handler is registered: a newer version of us will take it. */
const UNKNOWN_SUBJECT_DELAY_MS = 5_000;

/** Runs deliveries of one consumer through their handlers and turns what happens into ack, retry or dead letter. */
export class ConsumerWorker {
  readonly #deps: ConsumerWorkerDeps;
  readonly #routes = new Map<string, Route>();
  readonly #running = new Set<Delivery>();
  readonly #hinted = new Set<Promise<void>>();

  constructor(deps: ConsumerWorkerDeps) {
    this.#deps = deps;
  }

  /** Messages whose subject is `subject` plus a key go to `route`. */
  route(subject: string, route: Route): void {
    if (this.#routes.has(subject)) throw new Error(`${subject} has a handler already`);
    this.#routes.set(subject, route);
  }

  /** Extends the ack wait of everything in hand; called by the loop's timer. */
  extend(): void {
    for (const delivery of this.#running) delivery.working();
  }

  /**
   * A command of this process while the server is away: tried once beside what is in hand, and forgotten when it fails or no slot is
   * free. Its sender knows that it is not stored and has another way.
   */
  hint(subject: string, payload: unknown): void {
    const { consumer, concurrency, closing, logger } = this.#deps;
    const route = this.#routes.get(routeOf(subject));
    if (route === undefined || this.#running.size + this.#hinted.size >= concurrency) return;
    const done = route(payload, { attempt: 1, key: keyOf(subject), working: () => undefined, signal: closing })
      .catch((error: unknown) => logger.debug({ err: error, consumer }, "work.hint_failed"))
      .finally(() => this.#hinted.delete(done));
    this.#hinted.add(done);
  }

  /** Resolves when the hints in hand are done. */
  async settled(): Promise<void> {
    await Promise.all(this.#hinted);
  }

  /** Never rejects: whatever happens becomes an outcome. */
  async run(delivery: Delivery): Promise<void> {
    this.#running.add(delivery);
    try {
      await this.#apply(delivery, await this.#attempt(delivery));
    } finally {
      this.#running.delete(delivery);
    }
  }

  async #attempt(delivery: Delivery): Promise<Outcome> {
    const { maxDeliver, consumer, logger } = this.#deps;
    const route = this.#routes.get(routeOf(delivery.subject));
    if (route === undefined) return { type: "retry", delayMs: UNKNOWN_SUBJECT_DELAY_MS };
    // More deliveries than attempts: the handler took its process down with it, or its outcome never arrived.
    if (delivery.attempt > maxDeliver) return { type: "dead", reason: "attempts exhausted: never finished" };
    try {
      await withExtractedTrace(traceOf(delivery.msg.headers), () =>
        withSpan(consumer, { kind: "consumer" }, () => route(parseJson(delivery), this.#context(delivery))),
      );
      return { type: "ack" };
    } catch (error) {
      const outcome = outcomeOf(error, delivery.attempt, { maxDeliver });
      const level = outcome.type === "dead" ? "error" : "warn";
      logger[level]({ err: error, consumer, attempt: delivery.attempt, outcome: outcome.type }, "work.failed");
      return outcome;
    }
  }

  async #apply(delivery: Delivery, outcome: Outcome): Promise<void> {
    const { consumer, metrics } = this.#deps;
    switch (outcome.type) {
      case "ack":
        delivery.ack();
        break;
      case "retry":
        delivery.nak(outcome.delayMs);
        break;
      case "dead":
        return this.#bury(delivery, outcome.reason);
    }
    metrics.worked(consumer, outcome.type);
  }

  /** First stored among the dead, then taken from the queue: a crash between the two only repeats the first. */
  async #bury(delivery: Delivery, reason: string): Promise<void> {
    const { consumer, publisher, logger, metrics } = this.#deps;
    try {
      await deadLetter(publisher, delivery, { consumer, reason });
    } catch (error) {
      logger.error({ err: error, consumer }, "work.dead_letter_failed");
      delivery.nak(retryDelayMs(delivery.attempt, undefined, Math.random()));
      metrics.worked(consumer, "retry");
      return;
    }
    delivery.term();
    logger.error({ consumer, subject: delivery.subject, attempt: delivery.attempt, reason }, "work.dead");
    metrics.worked(consumer, "dead");
    metrics.deadLetter(consumer);
  }

  #context(delivery: Delivery): WorkContext {
    return {
      attempt: delivery.attempt,
      key: keyOf(delivery.subject),
      working: () => delivery.working(),
      signal: this.#deps.closing,
    };
  }
}

const routeOf = (subject: string): string => subject.slice(0, subject.lastIndexOf("."));

function parseJson(delivery: Delivery): unknown {
  try {
    return delivery.msg.json<unknown>();
  } catch (error) {
    throw new TerminalError("not JSON", { cause: error });
  }
}
