import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withPostgresClient } from "@parley/local-servers";
import {
  cloneDatabase,
  freshDatabase,
  type ModelServer,
  type ModelServerOptions,
  natsUrlOf,
  startModelServer,
  startNats,
  startPostgres,
  startRedis,
} from "@parley/testkit";
import { type Child, createChild, freePort } from "./child-process.js";

type OwnServer = Awaited<ReturnType<typeof startNats>>;

/** `standalone`: one process. `distributed`: six services, two processes each. */
export type Shape = "standalone" | "distributed";

export const SERVICES = ["links", "sessions", "agent-runner", "memory", "cleanup", "gateway"] as const;
const REPLICAS = 2;

export interface ClusterOptions {
  shape: Shape;
  /** A PostgreSQL server of its own, to be stopped and started; else a database in the server of the run. */
  ownPostgres?: boolean;
  /** Starts a pooler between the services and the database. */
  pooler?: (adminUrl: string) => Promise<{ url: string; close(): Promise<void> }>;
  /** How the model server answers; it logs every call. */
  model?: Omit<ModelServerOptions, "port">;
  /** More variables for every process. */
  env?: Record<string, string>;
  /** Every process keeps all it says, for `child.log()`. */
  wholeLogs?: boolean;
  /** Folder of another checkout that is built: its processes are started, on a database that its migration has made. */
  build?: string | undefined;
}

export interface Cluster {
  shape: Shape;
  /** Base addresses of the gateways; they stay the same across restarts. */
  gateways: [string, ...string[]];
  children: readonly Child[];
  child(name: string): Child;
  nats: OwnServer;
  redis: OwnServer;
  postgres: OwnServer | null;
  /** Addresses of the application's role and of the owner. */
  database: { url: string; adminUrl: string };
  model: ModelServer;
  apiKey: string;
  /** The last lines of every process, for the message of a failed test. */
  report(): string;
  /** Takes everything down and deletes it. */
  close(): Promise<void>;
}

/** Starts a cluster on private NATS and Redis servers and a database of its own, and waits until every process is ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const [stores, model] = await Promise.all([startStores(options, undo), startModelServer(options.model)]);
    undo.push(() => model.close());
    const apiKey = randomBytes(24).toString("base64url");
    const env = {
      DATABASE_URL: stores.database.url,
      NATS_URL: stores.nats.url,
      REDIS_URL: stores.redis.url,
      SECRET_KEY: randomBytes(32).toString("base64url"),
      ADMIN_API_KEY: apiKey,
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: "test",
      HOST: "127.0.0.1",
      LOG_LEVEL: "warn",
      ...options.env,
    };
    const { children, gateways } = await startChildren(options, { ...stores, env, undo });
    return {
      ...stores,
      ...{ shape: options.shape, children, gateways, model, apiKey, close },
      child(name) {
        const found = children.find((child) => child.name === name);
        if (found === undefined) throw new Error(`there is no process ${name}`);
        return found;
      },
      report: () => children.map((child) => child.tail()).join("\n"),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Stores {
  nats: OwnServer;
  redis: OwnServer;
  postgres: OwnServer | null;
  database: { url: string; adminUrl: string };
}

async function startStores(options: ClusterOptions, undo: (() => Promise<unknown>)[]): Promise<Stores> {
  const started = async (server: Promise<OwnServer>): Promise<OwnServer> => {
    const running = await server;
    undo.push(() => running.destroy());
    return running;
  };
  const [nats, redis, postgres] = await Promise.all([
    started(startNats()),
    started(startRedis()),
    options.ownPostgres ? started(startPostgres()) : null,
  ]);
  const database = postgres === null ? await freshDatabase() : await cloneDatabase(postgres.url, "cluster");
  if (postgres === null) undo.push(() => database.drop());
  if (options.build !== undefined) await makeAnew(database.adminUrl, options.build);
  const pooler = await options.pooler?.(database.adminUrl);
  if (pooler === undefined) return { nats, redis, postgres, database };
  undo.push(() => pooler.close());
  return { nats, redis, postgres, database: { ...database, url: pooler.url } };
}

/** The same database, empty and migrated by another checkout. */
async function makeAnew(adminUrl: string, build: string): Promise<void> {
  await withPostgresClient(adminUrl, (client) => client.query("drop schema public cascade; create schema public"));
  await migrateWith(adminUrl, build);
}

/** Runs the migration command of a checkout that is built. */
export async function migrateWith(adminUrl: string, build: string): Promise<void> {
  const env = { PATH: process.env.PATH, DATABASE_ADMIN_URL: adminUrl };
  await promisify(execFile)(process.execPath, [join(build, "libs/db/dist/main.js")], { cwd: build, env });
}

interface StartContext extends Stores {
  env: Record<string, string>;
  undo: (() => Promise<unknown>)[];
}

async function startChildren(
  { shape, wholeLogs = false, build }: ClusterOptions,
  { database, nats, env, undo }: StartContext,
): Promise<{ children: Child[]; gateways: [string, ...string[]] }> {
  const children: Child[] = [];
  const addresses: string[] = [];
  undo.push(() => Promise.all(children.map((child) => child.kill())));
  if (shape === "standalone") {
    const data = mkdtempSync(join(tmpdir(), "parley-test-"));
    undo.push(async () => rmSync(data, { recursive: true, force: true }));
    const port = await freePort();
    addresses.push(`http://127.0.0.1:${port}`);
    const args = ["--json", "--port", String(port), "--data", data];
    const own = { ...env, DATABASE_ADMIN_URL: database.adminUrl };
    children.push(
      await createChild({ name: "standalone", service: "standalone", args, env: own, wholeLog: wholeLogs }),
    );
  } else {
    for (const service of SERVICES) {
      for (let replica = 1; replica <= REPLICAS; replica += 1) {
        const port = await freePort();
        const bus = { NATS_URL: natsUrlOf(nats.url, service) };
        const own = service === "gateway" ? { ...env, ...bus, PORT: String(port) } : { ...env, ...bus };
        if (service === "gateway") addresses.push(`http://127.0.0.1:${port}`);
        children.push(await createChild({ name: `${service}-${replica}`, service, env: own, wholeLog: wholeLogs }));
      }
    }
  }
  for (const child of children) child.start(build);
  await Promise.all(children.map((child) => child.ready(90_000)));
  const [first, ...others] = addresses;
  if (first === undefined) throw new Error("a cluster has a gateway");
  return { children, gateways: [first, ...others] };
}
