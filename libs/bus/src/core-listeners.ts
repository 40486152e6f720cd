import type { NatsConnection, Subscription } from "@nats-io/nats-core";
import { type Logger, runFor, withExtractedTrace } from "@parley/observability";
import type { z } from "zod";
import { keyOf } from "./subject.js";
import { traceOf } from "./trace-headers.js";

interface Listener {
  subject: string;
  onMessage(subject: string, text: string): void;
  subscription: Subscription | null;
}

/** Plain subscriptions: every replica receives what is sent while it is connected, nothing is repeated. */
export class CoreListeners {
  readonly #logger: Logger;
  readonly #live: () => NatsConnection | null;
  readonly #heard: () => void;
  readonly #listeners = new Set<Listener>();

  constructor(deps: { logger: Logger; live: () => NatsConnection | null; heard: () => void }) {
    this.#logger = deps.logger;
    this.#heard = deps.heard;
    this.#live = deps.live;
  }

  /** The returned function stops listening. A failing handler is logged; the message is not repeated. */
  add<S extends z.ZodType>(
    subject: string,
    schema: S,
    handler: (message: z.output<S>, context: { key: string }) => Promise<void> | void,
  ): () => void {
    const listener: Listener = {
      subject,
      subscription: null,
      onMessage: (at, text) => {
        this.#heard();
        this.#handle({ subject: at, text }, schema, handler).catch((error: unknown) => {
          this.#logger.error({ err: error, subject }, "listener.failed");
        });
      },
    };
    this.#listeners.add(listener);
    const connection = this.#live();
    if (connection !== null) this.#subscribe(connection, listener);
    return () => {
      this.#listeners.delete(listener);
      if (listener.subscription !== null && !listener.subscription.isClosed()) listener.subscription.unsubscribe();
    };
  }

  /** Delivers a message of this process to its own listeners; the server does not echo it to them. False = there is none. */
  deliver(subject: string, text: string): boolean {
    let heard = false;
    for (const listener of this.#listeners) {
      const within = listener.subject.endsWith(".>") && subject.startsWith(listener.subject.slice(0, -1));
      if (!within && listener.subject !== subject) continue;
      heard = true;
      queueMicrotask(() => runFor(undefined, () => listener.onMessage(subject, text)));
    }
    return heard;
  }

  attach(connection: NatsConnection): void {
    for (const listener of this.#listeners) this.#subscribe(connection, listener);
  }

  #subscribe(connection: NatsConnection, listener: Listener): void {
    listener.subscription = connection.subscribe(listener.subject, {
      callback: (error, msg) => {
        if (error !== null) this.#logger.error({ err: error, subject: listener.subject }, "listener.refused");
        else withExtractedTrace(traceOf(msg.headers), () => listener.onMessage(msg.subject, msg.string()));
      },
    });
  }

  async #handle<S extends z.ZodType>(
    { subject, text }: { subject: string; text: string },
    schema: S,
    handler: (message: z.output<S>, context: { key: string }) => Promise<void> | void,
  ): Promise<void> {
    const message = schema.parse(JSON.parse(text));
    await handler(message, { key: keyOf(subject) });
  }
}
