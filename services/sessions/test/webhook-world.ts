import { type Bus, connectBus } from "@parley/bus";
import {
  type CreateWebhookBody,
  createSession,
  createWebhook,
  endSession,
  listWebhookDeliveries,
  newId,
  type Principal,
  resolveAgent,
} from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { eventually, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { createSessions, sessionsConfig } from "../src/index.js";
import { type Receiver, startReceiver } from "./webhook-receiver.js";

export const MASTER_KEY = "a master key for the tests of webhooks, long enough";

const REPLICAS = 4;

export interface WebhookWorld {
  bus: Bus;
  db: Db;
  remote: Receiver;
  logs: string[];
  /** A tenant with an agent `desk`, its calls and what its receiver got. */
  tenant: () => ReturnType<typeof makeTenant>;
  close: () => Promise<void>;
}

/** Four replicas of sessions and a receiver of webhooks. */
export async function startWebhooks(): Promise<WebhookWorld> {
  const logs: string[] = [];
  const [nats, database, remote] = await Promise.all([startNats(), freshDatabase(), startReceiver()]);
  const logger = createLogger({
    service: "webhooks-test",
    level: "debug",
    destination: { write: (line: string) => void logs.push(line) },
  });
  const metrics = createMetrics();
  const db = connectDb({ ...PATIENT, url: database.url, name: "webhooks-test", logger, max: 20 });
  const redis = await connectRedis({ url: null, logger });
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics });
  const bus = await connect("test");
  bus.serve(resolveAgent, async ({ agentId }) => ({
    status: "ok" as const,
    agentId,
    agentName: "Desk",
    version: 1,
    isActive: true,
  }));
  const secrets = createSecrets(MASTER_KEY);
  const config = sessionsConfig.parse({
    ALLOW_TEST_HOOKS: "1",
    WEBHOOK_POLL_MS: "50",
    WEBHOOK_RETRY_SECONDS: "0.05,0.05,0.1,0.1",
  });
  const buses = await Promise.all(Array.from({ length: REPLICAS }, (_, n) => connect(`sessions-${n}`)));
  const replicas = buses.map((own) => createSessions({ config, logger, metrics, db, redis, secrets, bus: own }));
  await Promise.all(replicas.map((replica) => replica.start()));
  const close = async () => {
    await remote.close();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([bus, ...buses].map((open) => open.close()));
    await Promise.all([db.close(), redis.close()]);
    await Promise.all([nats.destroy(), database.drop()]);
  };
  return { bus, db, remote, logs, tenant: () => makeTenant({ bus, db, remote }), close };
}

async function makeTenant({ bus, db, remote }: Pick<WebhookWorld, "bus" | "db" | "remote">) {
  const [tenantId, agentId] = [newId(), newId()];
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
    await sql`insert into agents (id, tenant_id, name, slug) values (${agentId}, ${tenantId}, 'Desk', 'desk')`.execute(
      trx,
    );
    await sql`select add_version(${tenantId}, ${agentId}, ${JSON.stringify({ workflow: {} })}, 'x', null)`.execute(trx);
  });
  const principal: Principal = { tenantId, role: "owner", via: "token", id: "test" };
  const path = `/${tenantId}`;
  return {
    tenantId,
    agentId,
    principal,
    path,
    got: () => remote.at(path),
    hook: (body: Partial<CreateWebhookBody> = {}) =>
      eventually(() =>
        bus.call(createWebhook, { principal, body: { url: remote.url + path, events: ["session.*"], ...body } }),
      ),
    async session(metadata: Record<string, unknown> = {}) {
      const made = await bus.call(createSession, {
        tenantId,
        agentId,
        version: null,
        metadata,
        participantVerified: false,
        replyTo: "test",
      });
      const access = { type: "hmac" as const, tenantId, sessionId: made.sessionId };
      return { ...made, end: () => bus.call(endSession, { access, reason: "owner" }) };
    },
    deliveries: async (id: string) => (await bus.call(listWebhookDeliveries, { principal, id, limit: 200 })).data,
  };
}

export type Tenant = Awaited<ReturnType<typeof makeTenant>>;

export const until = <T>(
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> =>
  eventually(
    async () => {
      const value = await check();
      if (value === undefined || value === false || value === null) throw new Error("not yet");
      return value;
    },
    { timeoutMs: 20_000 },
  );

/** Deliveries to a receiver, when at least `count` are there and none waits any more. */
export const settled = (t: Tenant, id: string, count = 1) =>
  until(async () => {
    const all = await t.deliveries(id);
    return all.length >= count && all.every(({ status }) => status !== "pending") ? all : false;
  });
