import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/nats-core";
import type { Logger } from "@parley/observability";
import type { z } from "zod";
import type { Bus, BusOptions } from "./bus.js";
import { createBusMetrics } from "./bus-metrics.js";
import { createCallSignature } from "./call-signature.js";
import { ConnectionKeeper, connectionOptions } from "./connection.js";
import { Consumers } from "./consumers.js";
import { CoreListeners } from "./core-listeners.js";
import { createGather } from "./gather.js";
import { createPublisher } from "./publisher.js";
import { ReplyMux } from "./reply-mux.js";
import { createRpcClient } from "./rpc-client.js";
import { RpcServer } from "./rpc-server.js";
import { missingFeatures } from "./server-features.js";
import { token } from "./subject.js";
import { createTopology } from "./topology.js";

const DRAIN_DEADLINE_MS = 25_000;
const SETTLED_DEADLINE_MS = 2_000;

/** A served contract, whatever its types. */
type Server = Pick<RpcServer<z.ZodType, z.ZodType>, "attach" | "drain" | "close" | "open" | "direct">;

/**
 * Connects to NATS and answers after the first attempt, also when it failed: the bus then goes on trying, calls fail with
 * `not_ready`, and everything registered starts when the server is there.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { url, name, logger } = options;
  const metrics = createBusMetrics(options.metrics);
  const closing = new AbortController();
  // Every piece of work in hand may listen to it.
  setMaxListeners(0, closing.signal);
  // What this process sends reaches its own listeners without the server, which must not send it to them again.
  const connection = { ...connectionOptions(url, name), noEcho: true };
  const gather = createGather();
  const mux = new ReplyMux(connection.inboxPrefix, gather);
  const topology = createTopology({ mux, logger, replicas: options.replicas ?? 1 });
  const reconnectListeners: (() => void)[] = [];
  const servers = new Map<string, Server>();
  let version: string | null = null;
  let connectedBefore = false;

  const keeper = new ConnectionKeeper({
    options: connection,
    logger,
    listener: { onNew, onAgain, onDown, onDenied: (subject) => mux.denied(subject) },
  });
  const live = (): NatsConnection | null => keeper.live;
  const connected = (): boolean => keeper.live !== null;
  const signature = options.callKey === undefined ? null : createCallSignature(options.callKey);
  const deps = { gather, logger, metrics };
  const publisher = createPublisher({
    ...{ mux, topology, metrics, connected },
    deliver: (subject, text) => listeners.deliver(subject, text),
    hint: (subject, message) => consumers.hint(subject, message),
  });
  const call = createRpcClient({
    ...{ mux, metrics, connected, signature },
    served(subject) {
      const server = servers.get(subject);
      return server?.open ? server : undefined;
    },
  });
  const consumers = new Consumers({
    ...{ ...deps, closing: closing.signal, topology, publisher, live },
    inboxes: connection.inboxPrefix,
  });
  const listeners = new CoreListeners({ logger, closing: closing.signal, live });

  function onNew(connection: NatsConnection): void {
    mux.attach(connection);
    for (const server of servers.values()) server.attach(connection);
    listeners.attach(connection);
    onAgain(connection);
  }

  function onAgain(connection: NatsConnection): void {
    version = connection.info?.version ?? null;
    metrics.connected(true);
    warnOfOldServer(version, logger);
    topology.ensureStreams().catch((error: unknown) => logger.error({ err: error }, "bus.topology_failed"));
    consumers.attach(connection);
    if (connectedBefore) for (const listener of reconnectListeners) listener();
    connectedBefore = true;
  }

  function onDown(): void {
    metrics.connected(false);
    mux.failAll();
    consumers.detach();
  }

  async function close(): Promise<void> {
    closing.abort(new Error("the bus is closed"));
    consumers.close();
    for (const server of servers.values()) server.close();
    mux.detach();
    await keeper.close();
    metrics.connected(false);
  }

  async function drain(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, DRAIN_DEADLINE_MS, "late");
    });
    // Work in hand may still call services of this same process, so they go on answering until it is done.
    const finished = consumers
      .drain()
      .then(() => Promise.allSettled([...servers.values()].map((server) => server.drain())));
    if ((await Promise.race([finished, late])) === "late") logger.warn({}, "bus.drain_late");
    clearTimeout(timer);
    gather.flush();
    // Answers and acknowledgements are in the socket's buffer until the server has answered a ping.
    await keeper.live?.flush().catch(() => undefined);
    await close();
  }

  await keeper.start();
  return {
    call,
    serve(contract, handler, serveOptions) {
      const server = new RpcServer(contract, handler, { ...deps, signature, ...serveOptions });
      if (servers.has(contract.subject)) throw new Error(`${contract.subject} is served already`);
      servers.set(contract.subject, server);
      const connection = keeper.live;
      if (connection !== null) server.attach(connection);
    },
    publish: publisher.publish,
    publishLive(contract, key, message) {
      const subject = `${contract.subject}.${token(key)}`;
      const text = JSON.stringify(message);
      listeners.deliver(subject, text);
      gather.add(() => {
        try {
          keeper.live?.publish(subject, text);
        } catch (error) {
          // Above the server's maximum, or closing: live messages may get lost, their readers have another way.
          logger.warn({ err: error, subject: contract.subject }, "live.dropped");
        }
      });
    },
    work: (contract, handler, workOptions) => consumers.work(contract, handler, workOptions),
    listen(contract, handler, listenOptions = {}) {
      const { durable, ...rest } = listenOptions;
      if (durable === undefined) listeners.add(`${contract.subject}.>`, contract.schema, handler);
      else consumers.listen(contract, handler, { durable, ...rest });
    },
    listenLive: (contract, key, handler) =>
      listeners.add(`${contract.subject}.${token(key)}`, contract.schema, handler),
    settled: () =>
      Promise.race([
        keeper.live?.flush().catch(() => undefined),
        delay(SETTLED_DEADLINE_MS, undefined, { ref: false }),
      ]),
    status: () => ({
      connected: connected(),
      usable: connected() || options.alone === true,
      serverVersion: version,
      missing: version === null ? [] : missingFeatures(version),
    }),
    onReconnect: (listener) => void reconnectListeners.push(listener),
    drain,
    close,
  };
}

function warnOfOldServer(version: string | null, logger: Logger): void {
  const missing = version === null ? [] : missingFeatures(version);
  if (missing.length > 0) logger.info({ server: version, missing }, "bus.server_lacks");
}
