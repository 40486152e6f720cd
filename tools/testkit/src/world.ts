import { type Bus, connectBus } from "@parley/bus";
import { type LinkPolicy, linkPolicy, newId, type Principal, type Role, resolveAgent } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics, type Logger, type Metrics } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import type { Component } from "@parley/runtime";
import { createSecrets, type Secrets } from "@parley/secrets";
import { type FreshDatabase, PATIENT } from "./databases.js";
import { freshDatabase, startNats } from "./servers.js";

/** The dependencies of every service, except its configuration. */
interface ServiceDeps {
  bus: Bus;
  db: Db;
  redis: RedisLike;
  secrets: Secrets;
  logger: Logger;
  metrics: Metrics;
}

export type MakeService = (deps: ServiceDeps) => Pick<Component, "start" | "stop">;

export interface WorldTenant {
  tenantId: string;
  agentId: string;
  as(role: Role): Principal & { tenantId: string };
}

interface WorldLink {
  id: string;
  /** As sent by the gateway with a visitor's calls. */
  policy: LinkPolicy;
}

/** Servers and connections of one test file; `bus` is the test's own connection. */
export interface World extends ServiceDeps {
  database: FreshDatabase;
  natsUrl: string;
  /** Log lines, unless the level is silent. */
  logs: string[];
  connect(name: string): Promise<Bus>;
  /** Starts one more service on a connection of its own. */
  start(make: MakeService): Promise<{ stop(): Promise<void> }>;
  /** A tenant with an agent called `desk`; with a document it has a first version. */
  tenant(document?: object): Promise<WorldTenant>;
  /** A link of the tenant's agent. `columns`: of its row; `policy`: what else the gateway knows. */
  link(of: WorldTenant, columns?: Record<string, unknown>, policy?: Partial<LinkPolicy>): Promise<WorldLink>;
  close(): Promise<void>;
}

interface WorldOptions {
  /** Each is started on a connection of its own, as a replica is. */
  services?: readonly MakeService[];
  /** The world tells the agent-runner that every agent has version 1, which is active. */
  answersForAgents?: boolean;
  level?: "silent" | "debug";
  /** Connections to the database. */
  poolSize?: number;
  masterKey?: string;
}

/** A NATS and a database for one test file, with services on them. Redis is the in-memory driver. */
export async function world(options: WorldOptions = {}): Promise<World> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logs: string[] = [];
  const destination = { write: (line: string) => void logs.push(line) };
  const logger = createLogger({ service: "test", level: options.level ?? "silent", destination });
  const metrics = createMetrics();
  const secrets = createSecrets(options.masterKey ?? "a master key for the tests of services, long enough");
  const size = options.poolSize === undefined ? {} : { max: options.poolSize };
  const db = connectDb({ ...PATIENT, ...size, url: database.url, name: "test", logger });
  const redis = await connectRedis({ url: null, logger });
  const open = (name: string) => connectBus({ url: nats.url, name, logger, metrics, callKey: secrets.callKey });
  const buses: Bus[] = [];
  const connect = async (name: string): Promise<Bus> => {
    const bus = await open(name);
    buses.push(bus);
    return bus;
  };
  const bus = await connect("test");
  if (options.answersForAgents) answerForAgents(bus);
  const running = new Set<() => Promise<void>>();

  const made: World = {
    ...{ bus, db, redis, secrets, logger, metrics, database, natsUrl: nats.url, logs, connect },
    async start(make) {
      const own = await open("service");
      const service = make({ bus: own, db, redis, secrets, logger, metrics });
      await service.start();
      await own.settled();
      const stop = async (): Promise<void> => {
        if (!running.delete(stop)) return;
        await service.stop();
        await own.drain();
      };
      running.add(stop);
      return { stop };
    },
    tenant: (document) => insertTenant(db, document),
    link: (of, columns, policy) => insertLink(db, of, { columns, policy }),
    async close() {
      await Promise.all([...running].map((stop) => stop()));
      await Promise.all(buses.map((connected) => connected.close()));
      await Promise.all([db.close(), redis.close()]);
      await Promise.all([nats.destroy(), database.drop()]);
    },
  };
  await bus.settled();
  await Promise.all((options.services ?? []).map((make) => made.start(make)));
  return made;
}

function answerForAgents(bus: Bus): void {
  const agent = { agentName: "Desk", version: 1, isActive: true };
  bus.serve(resolveAgent, async ({ agentId }) => ({ status: "ok" as const, agentId, ...agent }));
}

/** A tenant with an agent called `desk`; with a document it has a first version. */
export async function insertTenant(db: Db, document?: object): Promise<WorldTenant> {
  const [tenantId, agentId] = [newId(), newId()];
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
    await sql`insert into agents (id, tenant_id, name, slug) values (${agentId}, ${tenantId}, 'Desk', 'desk')`.execute(
      trx,
    );
    if (document === undefined) return;
    await sql`select add_version(${tenantId}, ${agentId}, ${JSON.stringify(document)}, 'x', null)`.execute(trx);
  });
  return { tenantId, agentId, as: (role) => ({ tenantId, role, via: "token", id: `test-${role}` }) };
}

export async function insertLink(
  db: Db,
  { tenantId, agentId }: Pick<WorldTenant, "tenantId" | "agentId">,
  {
    columns = {},
    policy = {},
  }: { columns?: Record<string, unknown> | undefined; policy?: Partial<LinkPolicy> | undefined } = {},
): Promise<WorldLink> {
  const id = newId();
  const row = {
    ...{ id, tenant_id: tenantId, agent_id: agentId, token_id: id, token_hash: "", token_hint: "" },
    ...{ title: "Desk", created_by: "test", max_sessions: 100, max_messages_per_session: 10, ...columns },
  };
  const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
  await db.tenant(tenantId, (trx) =>
    sql`insert into temporary_chat_links (${names}) values (${sql.join(Object.values(row))})`.execute(trx),
  );
  const known = linkPolicy.parse({
    ...{ id, tenantId, agentId, agentName: "Desk", agentVersion: null, title: "Desk", description: null },
    ...{ welcomeMessage: null, expiresAt: null, maxSessions: row.max_sessions, sessionsUsed: 0 },
    ...{ maxMessagesPerSession: row.max_messages_per_session, sessionTimeoutMinutes: 30, rateLimitPerMinute: 10 },
    ...{ maxMessageLength: 4000, requireEmail: false, allowedDomains: [], branding: {}, friendlyErrors: false },
    ...{ chatIntent: null, systemPromptOverride: null, initialMessage: null, ...policy },
  });
  return { id, policy: known };
}
