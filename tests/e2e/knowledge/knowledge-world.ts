import { createAgentRunner, runnerConfig } from "@parley/agent-runner-service";
import { type Bus, connectBus } from "@parley/bus";
import {
  acceptMessage,
  createSession,
  createTenant,
  getTurn,
  importAgent,
  type Principal,
  verifyToken,
} from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createGateway, gatewayConfig } from "@parley/gateway-service";
import { createLinks, linksConfig } from "@parley/links-service";
import { createScriptedEmbedder, createScriptedModel, type Model, type ReplyRequest } from "@parley/llm";
import { createMemory, memoryConfig } from "@parley/memory-service";
import { createLogger, createMetrics, type Metrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { createSessions, sessionsConfig } from "@parley/sessions-service";
import { eventually, freshDatabase, PATIENT, startNats, testServers } from "@parley/testkit";
import { z } from "zod";

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface KnowledgeWorld {
  db: Db;
  tenantId: string;
  bus: Bus;
  principal: Principal;
  /** Of all services. */
  metrics: Metrics;
  /** What the model was asked, in order. */
  asked: ReplyRequest[];
  /** For processes of a test's own. */
  stores: { natsUrl: string; databaseUrl: string };
  /** Where the gateway listens, and the token of the tenant's owner. */
  url: string;
  token: string;
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Sends a document as a form. */
  upload(agent: string, form: FormData): Promise<Answer>;
  import(agent: string, document: unknown): Promise<{ agentId: string; version: number }>;
  open(agentId: string): Promise<string>;
  /** Sends a message and answers its reply once the turn is done. */
  say(sessionId: string, content: string): Promise<string>;
  /** What the newest turn of a session has recorded. */
  trace(sessionId: string): Promise<Trace>;
  stopMemory(): Promise<void>;
  close(): Promise<void>;
}

/** Takes what is logged, at level debug. */
export type LogSink = { write(line: string): void };

const trace = z.object({
  calls: z.array(
    z.object({
      type: z.string(),
      retrieval: z
        .object({
          search_mode: z.string(),
          passages: z.array(z.object({ document: z.string(), revision: z.number(), n: z.number() }).loose()),
        })
        .loose()
        .optional(),
    }),
  ),
  warnings: z.array(z.object({ code: z.string() })),
});
export type Trace = z.output<typeof trace>;

/**
 * Everything but cleanup, on a NATS and a database of its own; the scripted model keeps what it was asked.
 *
 * @param options.watch puts a model of a test's own around it
 * @param options.log gets every line of all services; without it nothing is logged
 */
export async function startKnowledgeWorld(
  options: { watch?: (model: Model) => Model; summaryEvery?: number; runners?: number; log?: LogSink } = {},
): Promise<KnowledgeWorld> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logger = createLogger({
    ...{ service: "test", level: options.log ? "debug" : "silent" },
    ...(options.log ? { destination: options.log } : {}),
  });
  const metrics = createMetrics();
  const db = connectDb({ ...PATIENT, url: database.url, name: "test", logger });
  const redis = await connectRedis({ url: testServers().redisUrl, logger });
  const secrets = createSecrets("test-only-master-key-test-only-master-key");
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics: createMetrics() });
  const [bus, memoryBus, gatewayBus] = [await connect("services"), await connect("memory"), await connect("gateway")];
  const asked: ReplyRequest[] = [];
  const model = (options.watch ?? ((given) => given))(recording(asked));
  const deps = { logger, metrics, bus, db, redis, secrets };
  const sessions = createSessions({ ...deps, config: sessionsConfig.parse({}) });
  const links = createLinks({ ...deps, config: linksConfig.parse({}) });
  const runners = await Promise.all(
    Array.from({ length: options.runners ?? 1 }, async (_, n) => {
      const own = await connect(`runner-${n}`);
      const runner = createAgentRunner({ ...deps, bus: own, config: runnerConfig.parse({}), model });
      return { start: () => runner.start(), stop: () => runner.stop().then(() => own.close()) };
    }),
  );
  const remembering = memoryConfig.parse({ MEMORY_SUMMARY_EVERY: options.summaryEvery ?? 5, MEMORY_POLL_SECONDS: 0.2 });
  const memory = createMemory({ ...deps, bus: memoryBus, config: remembering, model });
  const gateway = createGateway({
    config: gatewayConfig.parse({ PORT: "0", HOST: "127.0.0.1", RATE_LIMIT_ADDRESS_PER_MINUTE: "1000000" }),
    ...{ logger, metrics: createMetrics(), bus: gatewayBus, redis, secrets },
  });
  for (const service of [links, sessions, memory, ...runners, gateway]) await service.start();
  const operator: Principal = { tenantId: null, role: "owner", via: "hmac", id: "test" };
  const tenant = await eventually(() => bus.call(createTenant, { principal: operator, name: "T" }));
  const { principal } = await bus.call(verifyToken, { token: tenant.adminToken });
  if (principal === null) throw new Error("a tenant has an owner");
  let memoryRuns = true;
  const stopMemory = async (): Promise<void> => {
    if (memoryRuns) await memory.stop();
    if (memoryRuns) await memoryBus.close();
    memoryRuns = false;
  };
  return {
    ...{ db, bus, principal, metrics, tenantId: tenant.id, asked, stopMemory },
    ...{ url: gateway.address(), token: tenant.adminToken },
    stores: { natsUrl: nats.url, databaseUrl: database.url },
    async call(method, path, body, token = tenant.adminToken) {
      const response = await fetch(`${gateway.address()}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
    },
    async upload(agent, form) {
      const response = await fetch(`${gateway.address()}/api/agents/${agent}/knowledge`, {
        ...{ method: "POST", body: form, headers: { authorization: `Bearer ${tenant.adminToken}` } },
      });
      return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
    },
    async import(agent, document) {
      const options = { agent, document, dryRun: false, activate: true, notes: null };
      const made = await eventually(() => bus.call(importAgent, { principal, ...options }));
      return { agentId: made.agent_id ?? "", version: made.version ?? 0 };
    },
    async open(agentId) {
      const settings = { version: null, metadata: {}, participantVerified: false, replyTo: "test" };
      const made = await bus.call(createSession, { tenantId: tenant.id, agentId, ...settings });
      return made.sessionId;
    },
    async say(sessionId, content) {
      const access = { type: "hmac" as const, tenantId: tenant.id, sessionId };
      const options = { clientMessageId: null, idempotency: null, replyTo: "test" };
      const { turnId } = await bus.call(acceptMessage, { access, content, ...options });
      return eventually(
        async () => {
          const { turn } = await bus.call(getTurn, { access, turnId });
          if (turn.status !== "done") throw new Error(`the turn is ${turn.status}`);
          return turn.result.response;
        },
        { timeoutMs: 20_000 },
      );
    },
    async trace(sessionId) {
      const { rows } = await db.tenant(tenant.id, (trx) =>
        sql<{
          trace: unknown;
        }>`select t.trace from session_turns t join text_conversations c on c.id = t.conversation_id
          where c.session_id = ${sessionId} order by t.seq desc limit 1`.execute(trx),
      );
      return trace.parse(rows[0]?.trace);
    },
    async close() {
      for (const service of [gateway, ...runners]) await service.stop();
      await stopMemory();
      for (const service of [sessions, links]) await service.stop();
      await Promise.all([gatewayBus.close(), bus.close(), redis.close(), db.close()]);
      await Promise.all([nats.destroy(), database.drop()]);
    },
  };
}

function recording(asked: ReplyRequest[]): Model {
  const scripted = createScriptedModel({ paceMs: 0 });
  return {
    ...scripted,
    embedder: createScriptedEmbedder(),
    reply(request, options) {
      asked.push(request);
      return scripted.reply(request, options);
    },
  };
}
