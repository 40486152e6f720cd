import { createAgentRunner, runnerConfig } from "@parley/agent-runner-service";
import { connectBus } from "@parley/bus";
import { createTenant, importAgent, type Principal, type Role, verifyToken } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createGateway, gatewayConfig } from "@parley/gateway-service";
import { createLinks, linksConfig } from "@parley/links-service";
import { createScriptedModel, type Model } from "@parley/llm";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { createSessions, sessionsConfig } from "@parley/sessions-service";
import { eventually, freshDatabase, PATIENT, startNats, testServers } from "@parley/testkit";
import { z } from "zod";
import { ECHO } from "../../cluster/documents.js";

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** The product with a model that has a defect: it breaks down over the message "poison", until the defect is fixed. */
export interface PoisonedWorld {
  url: string;
  adminKey: string;
  db: Db;
  tenantId: string;
  token: string;
  agentId: string;
  defect: { there: boolean; replies: number };
  tenant(name: string): Promise<{ id: string; token: string }>;
  tokenOf(role: Role): Promise<string>;
  /** What an operator's monitoring reads. */
  metrics(): Promise<string>;
  /** As an operator with a database client would. */
  changeTitle(linkId: string, title: string): Promise<void>;
  /** A timeout of the session that was given up, as a runner would leave it; answers the dead letter's id. */
  giveUpTimer(sessionId: string): Promise<string>;
  stopNats(): Promise<void>;
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  close(): Promise<void>;
}

const ADMIN_KEY = "the-operator-wide-key-of-this-test";

/** `env`: variables of the gateway. */
export async function startPoisonedWorld(env: Record<string, string> = {}): Promise<PoisonedWorld> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logger = createLogger({ service: "test", level: "silent" });
  const metrics = createMetrics();
  const db = connectDb({ ...PATIENT, url: database.url, name: "test", logger });
  const redis = await connectRedis({ url: testServers().redisUrl, logger });
  const secrets = createSecrets("test-only-master-key-test-only-master-key");
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics: createMetrics() });
  const [bus, gatewayBus] = [await connect("services"), await connect("gateway")];
  const defect = { there: true, replies: 0 };
  const deps = { logger, metrics, bus, db, redis, secrets };
  const sessions = createSessions({ ...deps, config: sessionsConfig.parse({}) });
  const links = createLinks({ ...deps, config: linksConfig.parse({}) });
  const config = { ...runnerConfig.parse({}), TURN_MAX_TRIES: 2, POLL_INTERVAL_MS: 50 };
  const runner = createAgentRunner({ ...deps, config, model: poisoned(defect) });
  const gateway = createGateway({
    config: gatewayConfig.parse({
      ...{ PORT: "0", HOST: "127.0.0.1", RATE_LIMIT_ADDRESS_PER_MINUTE: "1000000", ADMIN_API_KEY: ADMIN_KEY, ...env },
    }),
    ...{ logger, metrics: createMetrics(), bus: gatewayBus, redis, secrets },
  });
  for (const service of [links, sessions, runner, gateway]) await service.start();
  const operator: Principal = { tenantId: null, role: "owner", via: "hmac", id: "test" };
  const tenant = async (name: string) => {
    const made = await eventually(() => bus.call(createTenant, { principal: operator, name }));
    return { id: made.id, token: made.adminToken };
  };
  const { id: tenantId, token: adminToken } = await tenant("T");
  const { principal } = await bus.call(verifyToken, { token: adminToken });
  if (principal === null) throw new Error("a tenant has an owner");
  const document = { agent: "echo", document: ECHO, dryRun: false, activate: true, notes: null };
  const made = await eventually(() => bus.call(importAgent, { principal, ...document }));
  const call: PoisonedWorld["call"] = async (method, path, body, token = adminToken) => {
    const response = await fetch(`${gateway.address()}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
  };
  return {
    ...{ url: gateway.address(), adminKey: ADMIN_KEY, db, tenantId, token: adminToken, agentId: made.agent_id ?? "" },
    ...{ defect, tenant, call },
    async changeTitle(linkId, title) {
      await db.tenant(tenantId, (trx) =>
        sql`update temporary_chat_links set title = ${title} where id = ${linkId}`.execute(trx),
      );
    },
    async giveUpTimer(sessionId) {
      // A runner gives up the turn in its hand: the one that opens the session must be done by then.
      await eventually(() =>
        db.tenant(tenantId, async (trx) => {
          const { rows } = await sql`select from text_conversations
            where session_id = ${sessionId} and next_seq = done_seq`.execute(trx);
          return rows.length === 1;
        }),
      );
      return db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ id: string; seq: number }>`
          update text_conversations set next_seq = next_seq + 1, done_seq = done_seq + 1 where session_id = ${sessionId}
          returning id, next_seq as seq`.execute(trx);
        const { id, seq } = z.object({ id: z.string(), seq: z.number() }).parse(rows[0]);
        await sql`insert into session_turns (conversation_id, seq, tenant_id, kind, status, error_code, done_at)
          values (${id}, ${seq}, ${tenantId}, 'timer', 'failed', 'internal', now())`.execute(trx);
        await sql`insert into dead_turns (conversation_id, seq, tenant_id, reason)
          values (${id}, ${seq}, ${tenantId}, 'too many tries')`.execute(trx);
        return `${id}.${seq}`;
      });
    },
    metrics: () => metrics.text(),
    stopNats: () => nats.stop(),
    async tokenOf(role) {
      const { body } = await call("POST", "/api/tokens", { name: role, role });
      return z.string().parse(body.token);
    },
    async close() {
      for (const service of [gateway, runner, sessions, links]) await service.stop();
      await Promise.all([gatewayBus.close(), bus.close(), redis.close(), db.close()]);
      await Promise.all([nats.destroy(), database.drop()]);
    },
  };
}

function poisoned(defect: PoisonedWorld["defect"]): Model {
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  return {
    ...echo,
    async reply(request, options) {
      if (defect.there && request.messages.at(-1)?.content.includes("poison")) throw new TypeError("a defect");
      defect.replies += 1;
      return echo.reply(request, options);
    },
  };
}
