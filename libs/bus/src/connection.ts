import { type ConnectionOptions, type NatsConnection, PermissionViolationError } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import type { Logger } from "@parley/observability";
import { inboxPrefix } from "./subject.js";

export interface ConnectionListener {
  /** A new connection object: subscribe everything. */
  onNew(connection: NatsConnection): void;
  /** The same object has reconnected; the client has restored its subscriptions. */
  onAgain(connection: NatsConnection): void;
  onDown(): void;
  /** The server refused a message to this subject. */
  onDenied(subject: string): void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
/** A frozen server is noticed after three missed pings, about 6 s. On busy processors a single missed ping proves nothing. */
const PING_INTERVAL_MS = 2_000;
const MAX_PINGS_OUT = 2;

/**
 * Keeps one connection for the life of the bus. The client reconnects by itself once it was connected, but it does
 * not start without a server or continue after the server refused it. This loop does both.
 */
export class ConnectionKeeper {
  readonly #options: ConnectionOptions;
  readonly #logger: Logger;
  readonly #listener: ConnectionListener;
  #connection: NatsConnection | null = null;
  #up = false;
  #closed = false;
  #wake: () => void = () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(settings: { options: ConnectionOptions; logger: Logger; listener: ConnectionListener }) {
    this.#options = settings.options;
    this.#logger = settings.logger;
    this.#listener = settings.listener;
  }

  /** Starts the loop; resolves after the first attempt, successful or not. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#run(resolve);
    });
  }

  /** The connection while its socket is up. */
  get live(): NatsConnection | null {
    return this.#up && this.#connection !== null && !this.#connection.isClosed() ? this.#connection : null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#connection?.close().catch(() => undefined);
    await this.#loop;
  }

  async #run(firstAttemptDone: () => void): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      try {
        const connection = await connect({ ...this.#options });
        failures = 0;
        await this.#serve(connection, firstAttemptDone);
      } catch (error) {
        // Once per outage: a server that is down for an hour must not fill the disk.
        if (failures++ === 0) this.#logger.warn({ err: error }, "bus.connect_failed");
        firstAttemptDone();
      }
      if (!this.#closed) await this.#pause(RETRY_MS * (1 + Math.random()));
    }
  }

  /** Serves one connection object until it is closed. */
  async #serve(connection: NatsConnection, ready: () => void): Promise<void> {
    if (this.#closed) return connection.close();
    const statuses = connection.status();
    this.#connection = connection;
    this.#up = true;
    this.#listener.onNew(connection);
    this.#logger.info({ server: connection.info?.version }, "bus.connected");
    ready();
    for await (const status of statuses) {
      if (status.type === "close") break;
      if (status.type === "disconnect") this.#down();
      if (status.type === "reconnect") {
        this.#up = true;
        this.#logger.info({ server: connection.info?.version }, "bus.reconnected");
        this.#listener.onAgain(connection);
      }
      if (status.type === "error") this.#refused(status.error);
    }
    this.#down();
    this.#connection = null;
  }

  #refused(error: Error): void {
    this.#logger.warn({ err: error }, "bus.server_error");
    if (error instanceof PermissionViolationError && error.operation === "publish")
      this.#listener.onDenied(error.subject);
  }

  #down(): void {
    if (!this.#up) return;
    this.#up = false;
    if (!this.#closed) this.#logger.warn({}, "bus.disconnected");
    this.#listener.onDown();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The client does not read credentials from addresses, so they are extracted from the first one that has them. */
export function connectionOptions(url: string, name: string): ConnectionOptions & { inboxPrefix: string } {
  const addresses = url.split(",").map((part) => parseAddress(part.trim()));
  const credentials = addresses.find(({ username }) => username !== "");
  const options: ReturnType<typeof connectionOptions> = {
    servers: addresses.map(({ host }) => host),
    name,
    timeout: CONNECT_TIMEOUT_MS,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: () => RETRY_MS * (0.5 + Math.random()),
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    waitOnFirstConnect: false,
    // A rotated password may be corrected while we run.
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    inboxPrefix: inboxPrefix(undefined),
  };
  if (addresses.some(({ protocol }) => protocol === "tls:")) options.tls = {};
  if (credentials !== undefined) {
    // `nats://token@host` is a token, `nats://user:password@host` a pair.
    if (credentials.password === "") options.token = decodeURIComponent(credentials.username);
    else {
      options.user = decodeURIComponent(credentials.username);
      options.inboxPrefix = inboxPrefix(options.user);
      options.pass = decodeURIComponent(credentials.password);
    }
  }
  return options;
}

function parseAddress(address: string): Pick<URL, "host" | "username" | "password" | "protocol"> {
  // URL knows default ports and credentials only for some schemes; a scheme-less address is common in examples.
  return new URL(address.includes("://") ? address : `nats://${address}`);
}
