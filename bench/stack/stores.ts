import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "@parley/db";
import { removeDataFolder, resolveStores, startOwnServer, withPostgresClient } from "@parley/local-servers";

export interface BenchStores {
  natsUrl: string;
  redisUrl: string;
  adminUrl: string;
  /** Process ids by name, for CPU time. */
  pids: { postgres: number; nats: number; redis: number };
  table: { store: string; version: string; from: string }[];
  /** A database with the product's tables and no rows. */
  database(name: string): Promise<string>;
  /** A database with nothing in it. */
  emptyDatabase(name: string): Promise<string>;
  /** A NATS server of its own, for a second stack beside the first: services find each other by subject. */
  anotherNats(): Promise<{ url: string; pid: number }>;
  stop(): Promise<void>;
}

/** Private servers in a throw-away folder, as durable as in production (fsync on). */
export async function startStores(report: (line: string) => void): Promise<BenchStores> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const { DATABASE_URL: _db, NATS_URL: _nats, REDIS_URL: _redis, ...env } = process.env;
  const stores = await resolveStores({ dataDir, env, mode: "start", report, requireRedis: true });
  const { postgres, nats, redis } = stores;
  const pids = { postgres: postgres.pid ?? 0, nats: nats.pid ?? 0, redis: redis?.pid ?? 0 };
  if (redis === null || Object.values(pids).includes(0)) {
    await stores.stop();
    throw new Error(
      "The bench reads the CPU time of PostgreSQL, NATS and Redis, so they must be programs of this machine.",
    );
  }
  const others: { destroy(): Promise<void> }[] = [];
  const emptyDatabase = async (name: string): Promise<string> => {
    await withPostgresClient(postgres.url, (client) => client.query(`create database ${name}`));
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;
    return url.toString();
  };
  return {
    natsUrl: nats.url,
    redisUrl: redis.url,
    adminUrl: postgres.url,
    pids,
    table: stores.table,
    emptyDatabase,
    async database(name) {
      const url = await emptyDatabase(name);
      await migrate({ url });
      return url;
    },
    async anotherNats() {
      const ownDir = mkdtempSync(join(tmpdir(), "parley-bench-"));
      const server = await startOwnServer("nats", { dataDir: ownDir, env, mode: "start", report: () => undefined });
      others.push(server);
      return { url: server.url, pid: server.pid() };
    },
    async stop() {
      await Promise.all(others.map((server) => server.destroy()));
      await stores.stop();
      await removeDataFolder(dataDir);
    },
  };
}
