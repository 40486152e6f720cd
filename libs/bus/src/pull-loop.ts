import { createInbox, type Msg, type NatsConnection, type Subscription } from "@nats-io/nats-core";
import type { Logger } from "@parley/observability";
import type { ConsumerWorker } from "./consumer-worker.js";
import { toDelivery } from "./delivery.js";
import type { ConsumerSpec, Topology } from "./topology.js";

/** Life of one pull request on the server. */
const EXPIRES_MS = 20_000;
/** While a request waits, the server shows this often that it still knows it. */
const HEARTBEAT_MS = 2_500;
/** Two missed heartbeats and some slack: the request is forgotten (consumer gone, server frozen or wiped). */
const SILENCE_MS = 6_000;
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 2_000;
/** The old subscription gets this long to hand over what is on its way. */
const HAND_OVER_MS = 1_000;

export interface PullLoopDeps {
  spec: ConsumerSpec;
  concurrency: number;
  worker: ConsumerWorker;
  topology: Topology;
  logger: Logger;
  /** Where this user of the server may receive. */
  inboxes: string;
}

/**
 * Asks the server for as many messages as there are free slots, and never for more: busy + requested ≤ concurrency.
 *
 * The server forgets requests without telling: when the consumer or the stream is deleted, when the store is wiped, when it
 * is restarted or frozen. So everything unexpected has one answer, `#bind`: make sure that stream and consumer exist, take a
 * new inbox (the server drops requests of the old one, so the count starts at zero) and ask again.
 */
export class PullLoop {
  readonly #deps: PullLoopDeps;
  readonly #running = new Set<Promise<void>>();
  #connection: NatsConnection | null = null;
  #subscription: Subscription | null = null;
  /** Asked for and not yet delivered. */
  #requested = 0;
  #heardAt = 0;
  /** Counts binds; an older bind that is still busy gives up. */
  #generation = 0;
  #stopped = false;
  #up = false;
  #monitor: NodeJS.Timeout | undefined;
  #extender: NodeJS.Timeout | undefined;
  #endPause: () => void = () => undefined;

  constructor(deps: PullLoopDeps) {
    this.#deps = deps;
  }

  /** The connection is up, for the first time or again. */
  attach(connection: NatsConnection): void {
    if (this.#stopped) return;
    // Subscriptions of an earlier connection object are gone with it.
    if (this.#connection !== connection) this.#subscription = null;
    this.#connection = connection;
    this.#up = true;
    this.#monitor ??= setInterval(() => this.#checkSilence(), HEARTBEAT_MS);
    this.#extender ??= setInterval(() => this.#deps.worker.extend(), this.#deps.spec.ackWaitMs / 3);
    void this.#bind();
  }

  /** The connection is down: nothing arrives until `attach`. */
  detach(): void {
    this.#up = false;
    this.#generation++;
    this.#endPause();
  }

  /** Asks for no more and resolves when the work in hand is done. */
  async drain(): Promise<void> {
    this.#stopped = true;
    this.detach();
    clearInterval(this.#monitor);
    await this.#release();
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
    clearInterval(this.#extender);
  }

  /** Forgets everything at once. */
  close(): void {
    this.#stopped = true;
    this.detach();
    clearInterval(this.#monitor);
    clearInterval(this.#extender);
  }

  async #bind(delayMs = 0): Promise<void> {
    const generation = ++this.#generation;
    this.#endPause();
    const { topology, spec, logger } = this.#deps;
    let pauseMs = FIRST_PAUSE_MS;
    if (delayMs > 0) await this.#pause(delayMs);
    while (!this.#stopped && generation === this.#generation) {
      try {
        await this.#release();
        await topology.ensureStream(spec.stream);
        await topology.ensureConsumer(spec);
        if (this.#stopped || generation !== this.#generation) return;
        this.#subscribe();
        return;
      } catch (error) {
        if (this.#stopped || generation !== this.#generation) return;
        if (pauseMs === FIRST_PAUSE_MS) logger.warn({ err: error, consumer: spec.name }, "work.bind_failed");
        await this.#pause(pauseMs * (1 + Math.random()));
        pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  /** Gives the inbox back, taking in what the server has already sent to it. */
  async #release(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = null;
    if (subscription === null || subscription.isClosed()) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, HAND_OVER_MS);
    });
    await Promise.race([subscription.drain().catch(() => undefined), late]);
    clearTimeout(timer);
    if (!subscription.isClosed()) subscription.unsubscribe();
  }

  #subscribe(): void {
    const connection = this.#connection;
    if (connection === null) return;
    const inbox = createInbox(this.#deps.inboxes);
    this.#requested = 0;
    const subscription = connection.subscribe(inbox, {
      callback: (error, msg) => {
        if (error !== null) void this.#bind(LAST_PAUSE_MS);
        else if (msg.subject === inbox) this.#onStatus(msg, subscription);
        else this.#onMessage(msg, subscription);
      },
    });
    this.#subscription = subscription;
    this.#pull();
  }

  #onMessage(msg: Msg, from: Subscription): void {
    this.#heardAt = performance.now();
    const delivery = toDelivery(msg);
    if (delivery === null) return;
    if (from === this.#subscription) this.#requested = Math.max(0, this.#requested - 1);
    const done = this.#deps.worker.run(delivery).finally(() => {
      this.#running.delete(done);
      this.#pull();
    });
    this.#running.add(done);
  }

  #onStatus(msg: Msg, from: Subscription): void {
    this.#heardAt = performance.now();
    if (from !== this.#subscription) return;
    const code = msg.headers?.code ?? 0;
    if (code === 100) return;
    const left = Number(msg.headers?.get("Nats-Pending-Messages"));
    if ((code === 408 || code === 404) && left > 0) {
      // A request expired with so many messages undelivered; ask again in one piece.
      this.#requested = Math.max(0, this.#requested - left);
      this.#pull();
      return;
    }
    // Consumer or stream deleted, nobody answers, leadership moved, or a status without a count: start over.
    void this.#bind(FIRST_PAUSE_MS);
  }

  #pull(): void {
    // While down the client would buffer the request and send it for an inbox that is about to be replaced.
    if (!this.#up || this.#subscription === null || this.#connection === null) return;
    const { concurrency, spec } = this.#deps;
    const free = concurrency - this.#running.size - this.#requested;
    // One request per finished message would double the traffic; while others wait, ask for a quarter at a time.
    if (free <= 0 || (this.#requested > 0 && free < concurrency / 4)) return;
    if (this.#requested === 0) this.#heardAt = performance.now();
    this.#requested += free;
    const request = { batch: free, expires: EXPIRES_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 };
    try {
      this.#connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${spec.stream}.${spec.name}`, JSON.stringify(request), {
        reply: this.#subscription.getSubject(),
      });
    } catch {
      // Closed under us; the next attach binds again.
    }
  }

  #checkSilence(): void {
    if (this.#subscription === null || this.#requested === 0) return;
    if (performance.now() - this.#heardAt < SILENCE_MS) return;
    this.#deps.logger.warn({ consumer: this.#deps.spec.name }, "work.silent");
    void this.#bind();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
