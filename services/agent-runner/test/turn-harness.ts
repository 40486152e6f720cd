import { type Bus, connectBus } from "@parley/bus";
import {
  acceptMessage,
  createSession,
  getHistory,
  getTurn,
  importAgent,
  newId,
  type Principal,
  readEvents,
  type TurnState,
  writtenEvent,
} from "@parley/contracts";
import { connectDb, type Db } from "@parley/db";
import { createScriptedModel, type Model } from "@parley/llm";
import { createLogger, createMetrics, type Metrics } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import { createSecrets, type Secrets } from "@parley/secrets";
import { createSessions, sessionsConfig } from "@parley/sessions-service";
import { eventually, freshDatabase, insertTenant, PATIENT, startNats, testServers } from "@parley/testkit";
import { createAgentRunner, runnerConfig } from "../src/index.js";

export const ECHO = {
  agent: { name: "Echo" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        id: "hello",
        name: "Hello",
        proactive: true,
        static_text: "Welcome.",
        transitions: [{ condition: "always", target: "talk" }],
      },
      {
        id: "talk",
        name: "Talk",
        system_prompt: "Echo.",
        transitions: [{ condition: "contains:goodbye", target: "end" }],
      },
      { id: "end", name: "End", type: "end_call", static_text: "Bye." },
    ],
  },
};

export interface TurnHarness {
  bus: Bus;
  db: Db;
  redis: RedisLike;
  secrets: Secrets;
  /** Address of the database's owner, to look behind row level security. */
  adminUrl: string;
  /** Address of the services' role, for a process of its own. */
  databaseUrl: string;
  nats: Awaited<ReturnType<typeof startNats>>;
  tenantId: string;
  metrics: Metrics;
  /** Imports a document; answers the agent's id. */
  agent(document: unknown): Promise<string>;
  open(agentId: string, more?: { participant?: { email: string } }): Promise<{ sessionId: string; turn: TurnState }>;
  send(sessionId: string, content: string, clientMessageId?: string): Promise<TurnState>;
  accept(sessionId: string, content: string, clientMessageId?: string): ReturnType<typeof accepting>;
  settled(sessionId: string, turnId: string): Promise<TurnState>;
  history(sessionId: string): Promise<string[]>;
  /** Each of them is one that contracts declares. */
  events(sessionId: string): Promise<{ offset: number; type: string }[]>;
  /** Starts one more runner with a model of its own. */
  runner(
    model?: Model,
    config?: Partial<typeof runnerConfig._zod.output>,
  ): Promise<{ id: string; stop(): Promise<void> }>;
  close(): Promise<void>;
}

const accepting = async (bus: Bus, tenantId: string, sessionId: string, content: string, clientMessageId?: string) =>
  bus.call(acceptMessage, {
    access: { type: "hmac", tenantId, sessionId },
    content,
    clientMessageId: clientMessageId ?? null,
    idempotency: null,
    replyTo: "test",
  });

/** A runner in a process of its own needs it too: calls are signed by it, and secrets of agents sealed. */
export const SECRET_KEY = "x".repeat(40);

/** Sessions and any number of runners on a NATS and a database of their own. */
export async function turnHarness(settings: Partial<typeof sessionsConfig._zod.output> = {}): Promise<TurnHarness> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logger = createLogger({ service: "test", level: "silent" });
  const metrics = createMetrics();
  const secrets = createSecrets(SECRET_KEY);
  const db = connectDb({ ...PATIENT, url: database.url, name: "test", logger });
  const redis = await connectRedis({ url: testServers().redisUrl, logger });
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics, callKey: secrets.callKey });
  const bus = await connect("test");
  const sessions = createSessions({
    config: { ...sessionsConfig.parse({}), ...settings },
    logger,
    metrics,
    bus,
    db,
    redis,
    secrets,
  });
  await sessions.start();
  const { tenantId } = await insertTenant(db);
  const principal: Principal = { tenantId, role: "owner", via: "token", id: "test" };
  const access = (sessionId: string) => ({ type: "hmac" as const, tenantId, sessionId });
  const stops: (() => Promise<void>)[] = [];

  const settled = (sessionId: string, turnId: string) =>
    eventually(
      async () => {
        const { turn } = await bus.call(getTurn, { access: access(sessionId), turnId });
        if (turn.status === "pending") throw new Error("still pending");
        return turn;
      },
      { timeoutMs: 20_000 },
    );

  const harness: TurnHarness = {
    bus,
    db,
    redis,
    secrets,
    adminUrl: database.adminUrl,
    databaseUrl: database.url,
    nats,
    tenantId,
    metrics,
    settled,
    // A runner that has just started may not have reached the server with its subscription yet.
    agent: (document) =>
      eventually(async () => {
        const made = await bus.call(importAgent, {
          principal,
          agent: `a-${newId()}`,
          document,
          dryRun: false,
          activate: true,
          notes: null,
        });
        if (made.agent_id === null) throw new Error("not imported");
        return made.agent_id;
      }),
    async open(agentId, more = {}) {
      const made = await bus.call(createSession, {
        tenantId,
        agentId,
        version: null,
        metadata: {},
        participantVerified: more.participant !== undefined,
        replyTo: "test",
        ...more,
      });
      return { sessionId: made.sessionId, turn: await settled(made.sessionId, made.turnId) };
    },
    accept: (sessionId, content, clientMessageId) => accepting(bus, tenantId, sessionId, content, clientMessageId),
    async send(sessionId, content, clientMessageId) {
      const { turnId } = await accepting(bus, tenantId, sessionId, content, clientMessageId);
      return settled(sessionId, turnId);
    },
    async history(sessionId) {
      const page = await bus.call(getHistory, { access: access(sessionId), limit: 200, cursor: null });
      return page.data.map((message) => `${message.role}: ${message.content}`);
    },
    async events(sessionId) {
      const log = await bus.call(readEvents, { access: access(sessionId), after: 0, limit: 1000 });
      for (const event of log.events) writtenEvent.parse(event);
      return log.events;
    },
    async runner(model = createScriptedModel({ paceMs: 0, echo: true }), config = {}) {
      const own = await connect("runner");
      const runner = createAgentRunner({
        config: { ...runnerConfig.parse({}), ...config },
        logger,
        metrics,
        bus: own,
        db,
        redis,
        model,
        secrets,
      });
      await runner.start();
      const stop = async () => {
        await runner.stop();
        await own.close();
      };
      stops.push(stop);
      return { id: own.id, stop };
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await sessions.stop();
      await bus.close();
      await redis.close();
      await db.close();
      await Promise.all([nats.destroy(), database.drop()]);
    },
  };
  return harness;
}

/** Counts its calls; answers only while it is let. */
export function heldModel(): { model: Model; calls(): number; open(): void } {
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  let calls = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    calls: () => calls,
    open: () => open(),
    model: {
      ...echo,
      async reply(request, options) {
        calls += 1;
        await Promise.race([
          gate,
          new Promise<never>((_, reject) => {
            if (options.signal.aborted) reject(options.signal.reason);
            options.signal.addEventListener("abort", () => reject(options.signal.reason), { once: true });
          }),
        ]);
        return echo.reply(request, options);
      },
    },
  };
}
