import {
  type ResolveOptions,
  type RunningStores,
  reasonOf,
  type Store,
  type StoreName,
  StoresError,
} from "./contract.js";
import { type HeldFolder, holdDataFolder } from "./data-folder.js";
import { containerName, dockerProblem, startContainer, stopContainer } from "./docker.js";
import { environmentStore } from "./environment.js";
import { missingStoresMessage } from "./missing-message.js";
import { askNats } from "./nats-server.js";
import { freePort } from "./ports.js";
import { askPostgres } from "./postgres-server.js";
import type { PrivateServer } from "./private-server.js";
import { askRedis } from "./redis-server.js";
import { waitFor } from "./server-process.js";
import { allowed, startPrivate } from "./start-private.js";
import { rowOf } from "./table.js";

const labels = { postgres: "PostgreSQL", nats: "NATS", redis: "Redis" } as const;

type Found = { name: StoreName; store: Store; stop: () => Promise<void> };
type Missing = { name: StoreName; reasons: string[] };

/**
 * Finds or starts the three stores, each for itself: an address in the environment, a program of this machine, npm,
 * docker, and for Redis the memory driver. Servers that happen to listen on the standard ports are never adopted.
 *
 * @throws StoresError with a message for people: `stores_missing`, `address_unreachable`, `data_folder_in_use`,
 * `data_folder_unusable`, `server_did_not_start`, `version_too_old`. Nothing keeps running then.
 */
export async function resolveStores(options: ResolveOptions): Promise<RunningStores> {
  const held = await holdDataFolder(options.dataDir, options.report);
  const opened: Found[] = [];
  const stop = once(async () => {
    const failures: unknown[] = [];
    // Opened as PostgreSQL, NATS, Redis; closed in reverse. One that does not stop must not keep the others running.
    for (const found of opened.toReversed()) await found.stop().catch((error: unknown) => failures.push(error));
    if (failures.length === 0) held.state.servers = {};
    held.save();
    held.release();
    if (failures.length > 0) throw new AggregateError(failures, `not stopped: ${failures.map(reasonOf).join("; ")}`);
  });
  try {
    const missing: Missing[] = [];
    for (const name of ["postgres", "nats", "redis"] as const) {
      const found = await resolveOne(name, options, held);
      if ("store" in found) opened.push(found);
      else missing.push({ name, reasons: found.reasons });
    }
    return settle(options, opened, missing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function settle(
  options: ResolveOptions,
  opened: Found[],
  missing: Missing[],
  stop: () => Promise<void>,
): RunningStores {
  const byName = (name: StoreName) => opened.find((found) => found.name === name)?.store;
  const [postgres, nats, redis] = [byName("postgres"), byName("nats"), byName("redis") ?? null];
  const redisNeeded = redis === null && options.requireRedis === true;
  if (postgres === undefined || nats === undefined || redisNeeded) {
    const counted = missing.filter(({ name }) => name !== "redis" || options.requireRedis === true);
    throw new StoresError("stores_missing", missingStoresMessage(counted));
  }
  if (redis === null) {
    const why = missing.find(({ name }) => name === "redis")?.reasons.join("; ");
    options.report(`Redis: memory driver: single gateway only; limits reset on restart (${why})`);
  }
  const table = [rowOf(labels.postgres, postgres), rowOf(labels.nats, nats), rowOf(labels.redis, redis)];
  return { postgres, nats, redis, table, stop };
}

async function resolveOne(
  name: StoreName,
  options: ResolveOptions,
  held: HeldFolder,
): Promise<Found | { reasons: string[] }> {
  const began = Date.now();
  const say = (store: Store, where: string) =>
    options.report(`${labels[name]} ${store.version} from ${where}, ready in ${Date.now() - began} ms`);
  const given = await environmentStore(name, options);
  if (given !== null) {
    say(given, "the environment");
    return { name, store: given, stop: async () => undefined };
  }
  const reasons: string[] = [];
  try {
    if (name === "postgres" && held.state.volumes?.includes(containerName(held.path, name))) {
      throw new StoresError("stores_missing", "the data of this folder lies in a docker volume");
    }
    const server = await startPrivate(name, options, held);
    const store = privateStore(name, server);
    say(store, store.from === "npm" ? "npm" : "this machine");
    return { name, store, stop: () => server.stop() };
  } catch (error) {
    if (!(error instanceof StoresError) || error.code !== "stores_missing") throw error;
    reasons.push(error.message);
  }
  if (!allowed(options.env, "docker")) return { reasons };
  const problem = await dockerProblem(options.env);
  if (problem !== null) return { reasons: [...reasons, problem] };
  try {
    const found = await startInDocker(name, options, held);
    say(found.store, "docker");
    return found;
  } catch (error) {
    return { reasons: [...reasons, `docker: ${reasonOf(error)}`] };
  }
}

function privateStore(name: StoreName, server: PrivateServer): Store {
  const { url, version, from, port, data } = server;
  return { url, version, from, port, data, pid: server.pid(), ...(name === "postgres" ? { adminUrl: url } : {}) };
}

async function startInDocker(name: StoreName, options: ResolveOptions, held: HeldFolder): Promise<Found> {
  const port = await freePort(held.state.ports[name]);
  const password = held.state.passwords[name];
  options.report(`${labels[name]}: starting a docker container`);
  const container = await startContainer({ store: name, dataDir: held.path, port, password, env: options.env });
  const stop = () => stopContainer(container.name, options.env);
  held.state.volumes = [...new Set([...(held.state.volumes ?? []), container.volume])];
  held.state.ports[name] = port;
  const ask = { postgres: askPostgres, nats: askNats, redis: askRedis }[name];
  try {
    const version = await waitFor(labels[name], () => ask(container.url), 120_000);
    const data = `volume ${container.volume}`;
    held.state.servers[name] = { port, version, from: "docker", data, container: container.name };
    held.save();
    const admin = name === "postgres" ? { adminUrl: container.url } : {};
    return { name, store: { url: container.url, version, from: "docker", port, data, ...admin }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action();
    return running;
  };
}
