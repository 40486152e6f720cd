import type { NatsConnection } from "@nats-io/nats-core";
import { type EventContract, TerminalError, type WorkContract } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import type { z } from "zod";
import type { Handler, WorkOptions } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import { ConsumerWorker } from "./consumer-worker.js";
import { consumerOf } from "./permissions.js";
import type { Publisher } from "./publisher.js";
import { PullLoop } from "./pull-loop.js";
import type { ConsumerSpec, Topology } from "./topology.js";

const ACK_WAIT_MS = 30_000;
const MAX_DELIVER = 5;
const LISTEN_CONCURRENCY = 16;

interface Entry {
  worker: ConsumerWorker;
  loop: PullLoop;
}

interface ConsumersDeps {
  topology: Topology;
  publisher: Publisher;
  logger: Logger;
  metrics: BusMetrics;
  closing: AbortSignal;
  live: () => NatsConnection | null;
  /** Where this user of the server may receive. */
  inboxes: string;
}

/** All durable consumers of this process. Contracts of one work consumer share its loop, because a queue takes one filter. */
export class Consumers {
  readonly #deps: ConsumersDeps;
  readonly #entries = new Map<string, Entry>();
  #draining = false;

  constructor(deps: ConsumersDeps) {
    this.#deps = deps;
  }

  work<S extends z.ZodType>(contract: WorkContract<S>, handler: Handler<S>, options: WorkOptions): void {
    const spec: ConsumerSpec = { ...consumerOf(contract), ackWaitMs: options.ackWaitMs ?? ACK_WAIT_MS };
    this.#add(spec, contract, handler, options);
  }

  listen<S extends z.ZodType>(
    contract: EventContract<S>,
    handler: Handler<S>,
    options: { durable: string; concurrency?: number },
  ): void {
    const spec: ConsumerSpec = { ...consumerOf(contract, options.durable), ackWaitMs: ACK_WAIT_MS };
    this.#add(spec, contract, handler, { concurrency: options.concurrency ?? LISTEN_CONCURRENCY });
  }

  /** See `ConsumerWorker.hint`. */
  hint(subject: string, payload: unknown): void {
    if (!this.#draining) for (const { worker } of this.#entries.values()) worker.hint(subject, payload);
  }

  attach(connection: NatsConnection): void {
    for (const { loop } of this.#entries.values()) loop.attach(connection);
  }

  detach(): void {
    for (const { loop } of this.#entries.values()) loop.detach();
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await Promise.all([...this.#entries.values()].flatMap(({ loop, worker }) => [loop.drain(), worker.settled()]));
  }

  close(): void {
    this.#draining = true;
    for (const { loop } of this.#entries.values()) loop.close();
  }

  #add<S extends z.ZodType>(
    spec: ConsumerSpec,
    contract: { subject: string; schema: S },
    handler: Handler<S>,
    options: WorkOptions,
  ): void {
    const entry = this.#entries.get(`${spec.stream}.${spec.name}`) ?? this.#create(spec, options);
    entry.worker.route(contract.subject, async (payload, context) => {
      const parsed = contract.schema.safeParse(payload);
      if (!parsed.success) throw new TerminalError("message breaks its schema", { cause: parsed.error });
      await handler(parsed.data, context);
    });
  }

  #create(spec: ConsumerSpec, options: WorkOptions): Entry {
    const { topology, publisher, logger, metrics, closing, inboxes } = this.#deps;
    const maxDeliver = options.maxDeliver ?? MAX_DELIVER;
    const { concurrency } = options;
    const common = { maxDeliver, concurrency, publisher, logger, metrics, closing };
    const worker = new ConsumerWorker({ consumer: spec.name, ...common });
    const loop = new PullLoop({ spec, concurrency, worker, topology, logger, inboxes });
    const entry = { worker, loop };
    this.#entries.set(`${spec.stream}.${spec.name}`, entry);
    // After the current tick, so that all handlers of the consumer are registered before its first message comes.
    queueMicrotask(() => {
      const connection = this.#deps.live();
      if (connection !== null && !this.#draining) loop.attach(connection);
    });
    return entry;
  }
}
