import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/nats-core";
import { AppError } from "@parley/contracts";
import { runFor } from "@parley/observability";
import type { z } from "zod";
import type { Bus, BusOptions } from "./bus.js";
import { createBusMetrics } from "./bus-metrics.js";
import { createCallSignature } from "./call-signature.js";
import { ConnectionKeeper, connectionOptions } from "./connection.js";
import { CoreListeners } from "./core-listeners.js";
import { createGather } from "./gather.js";
import { createPublisher } from "./publisher.js";
import { ReplyMux } from "./reply-mux.js";
import { createRpcClient } from "./rpc-client.js";
import { RpcServer } from "./rpc-server.js";
import { missingFeatures } from "./server-features.js";
import { token } from "./subject.js";
import { createTopology } from "./topology.js";
import { currentTrace, traceHeaders } from "./trace-headers.js";
import { type Hint, Worker, writeHint } from "./workers.js";

const DRAIN_DEADLINE_MS = 25_000;
const SETTLED_DEADLINE_MS = 2_000;

/** A message to send; `onNobody` runs when the server has no receiver for it. */
interface Sent {
  text: string;
  trace?: Hint["trace"];
  onNobody?: (() => void) | undefined;
}

/** A served contract of any type. */
type Server = Pick<RpcServer<z.ZodType, z.ZodType>, "attach" | "drain" | "close" | "open" | "direct">;

/**
 * Connects to NATS and resolves after the first attempt, even when it failed: the bus then keeps trying, calls fail with
 * `not_ready`, and everything registered starts when the server is reachable.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { url, name, logger } = options;
  const host = hostname().replaceAll(/[^\w-]/g, "-");
  const id = `${host}-${process.pid}-${randomBytes(4).toString("hex")}`;
  const metrics = createBusMetrics(options.metrics);
  // This process delivers to its own listeners directly, so the server must not echo to them.
  const connection = { ...connectionOptions(url, name), noEcho: true };
  const gather = createGather();
  const mux = new ReplyMux(connection.inboxPrefix, gather);
  const topology = createTopology({ mux, logger, replicas: options.replicas ?? 1 });
  const reconnectListeners: (() => void)[] = [];
  const activityListeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of activityListeners) listener();
  };
  const servers = new Map<string, Server>();
  const workers = new Map<string, Pick<Worker<z.ZodType>, "attach" | "take" | "open" | "stop" | "close">>();
  let version: string | null = null;
  let missing: string[] = [];
  let connectedBefore = false;

  const keeper = new ConnectionKeeper({
    options: connection,
    logger,
    listener: { onNew, onAgain, onDown, onDenied: (subject) => mux.denied(subject) },
  });
  const live = (): NatsConnection | null => keeper.live;
  const connected = (): boolean => keeper.live !== null;
  const { callKey, acceptedCallKeys } = options;
  const signature = callKey === undefined ? null : createCallSignature(callKey, acceptedCallKeys);
  const deps = { gather, logger, metrics, heard };
  const publish = createPublisher({
    ...{ mux, topology, metrics, connected },
    deliver: (subject, text) => listeners.deliver(subject, text),
  });
  const call = createRpcClient({
    ...{ mux, metrics, connected, signature },
    served(subject) {
      const server = servers.get(subject);
      return server?.open ? server : undefined;
    },
  });
  const listeners = new CoreListeners({ logger, live, heard });

  /** Sends to the current listeners on the server. */
  function send(subject: string, { text, trace, onNobody }: Sent): void {
    gather.add(() => {
      try {
        const reply = onNobody && { reply: mux.toldTo(onNobody) };
        keeper.live?.publish(subject, text, { ...traceHeaders(trace), ...reply });
      } catch (error) {
        // Above the server's maximum, or closing: such messages are losable, their receivers have a fallback.
        logger.warn({ err: error, subject }, "live.dropped");
      }
    });
  }

  function handOn(subject: string, { token, payload, signed, trace }: Hint, onNobody?: () => void): void {
    const at = `${subject}.${token}`;
    // A hint that arrived unsigned is passed on unsigned.
    send(at, { text: writeHint(signed ? signature : null, at, payload), trace, onNobody });
  }

  function onNew(connection: NatsConnection): void {
    mux.attach(connection);
    for (const end of [...servers.values(), ...workers.values()]) end.attach(connection);
    listeners.attach(connection);
    onAgain(connection);
  }

  function onAgain(connection: NatsConnection): void {
    version = connection.info?.version ?? null;
    metrics.connected(true);
    missing = version === null ? [] : missingFeatures(version);
    if (missing.length > 0) logger.info({ server: version, missing }, "bus.server_lacks");
    topology.ensureStreams().catch((error: unknown) => logger.error({ err: error }, "bus.topology_failed"));
    if (connectedBefore) for (const listener of reconnectListeners) listener();
    connectedBefore = true;
  }

  function onDown(): void {
    metrics.connected(false);
    mux.failAll();
  }

  async function close(): Promise<void> {
    for (const end of [...servers.values(), ...workers.values()]) end.close();
    mux.detach();
    await keeper.close();
    metrics.connected(false);
  }

  async function drain(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, DRAIN_DEADLINE_MS, "late");
    });
    // Running work may still call services of this process, so they keep answering until it is done.
    const finished = Promise.all([...workers.values()].map((worker) => worker.stop())).then(() =>
      Promise.all([...servers.values()].map((server) => server.drain())),
    );
    if ((await Promise.race([finished, late])) === "late") logger.warn({}, "bus.drain_late");
    clearTimeout(timer);
    gather.flush();
    // Answers may be in the socket's buffer until the server has answered a ping.
    await keeper.live?.flush().catch(() => undefined);
    await close();
  }

  await keeper.start();
  return {
    id,
    call,
    serve(contract, handler, serveOptions) {
      const server = new RpcServer(contract, handler, { ...deps, signature, ...serveOptions });
      if (servers.has(contract.subject)) throw new Error(`${contract.subject} is served already`);
      servers.set(contract.subject, server);
      const connection = keeper.live;
      if (connection !== null) server.attach(connection);
    },
    publish,
    eraseFacts: async (key) => {
      if (!connected()) throw new AppError("not_ready", { internal: "bus: not connected" });
      return topology.eraseFacts(token(key));
    },
    publishLive(contract, key, message) {
      const text = JSON.stringify(message);
      const heard = listeners.deliver(`${contract.subject}.${token(key)}`, text);
      if (!heard || !contract.toOne) send(`${contract.subject}.${token(key)}`, { text });
    },
    hint(contract, key, message, { worker: wanted } = {}) {
      const { subject } = contract;
      const hint = { token: token(key), payload: message, signed: true, trace: currentTrace() };
      const worker = workers.get(subject);
      if (!worker?.open && !connected()) return false;
      const toAny = (): void => {
        // Later and outside the current context, as from the server: the sender of a hint does not run its work.
        if (worker?.open) queueMicrotask(() => runFor(undefined, () => worker.take(hint)));
        else handOn(subject, hint);
      };
      if (wanted && wanted !== id && connected()) handOn(`${subject}.${token(wanted)}`, hint, toAny);
      else toAny();
      return true;
    },
    work(contract, handler, workOptions) {
      if (workers.has(contract.subject)) throw new Error(`${contract.subject} has a worker already`);
      const worker = new Worker(contract, handler, { id, logger, metrics, heard, signature, handOn, ...workOptions });
      workers.set(contract.subject, worker);
      const connection = keeper.live;
      if (connection !== null) worker.attach(connection);
      return () => worker.stop();
    },
    listen: (contract, handler) => void listeners.add(`${contract.subject}.>`, contract.schema, handler),
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
      missing,
    }),
    onActivity(listener) {
      activityListeners.add(listener);
      return () => activityListeners.delete(listener);
    },
    onReconnect: (listener) => void reconnectListeners.push(listener),
    drain,
    close,
  };
}
