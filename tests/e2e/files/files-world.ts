import { createAgentRunner, runnerConfig } from "@parley/agent-runner-service";
import { type Bus, connectBus } from "@parley/bus";
import { createLink, createTenant, importAgent, type Principal, verifyToken } from "@parley/contracts";
import { connectDb, type Db } from "@parley/db";
import { createGateway, gatewayConfig } from "@parley/gateway-service";
import { createLinks, linksConfig } from "@parley/links-service";
import { createScriptedModel, type Model, ModelError } from "@parley/llm";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { createSessions, sessionsConfig } from "@parley/sessions-service";
import { eventually, freshDatabase, PATIENT, startNats, testServers } from "@parley/testkit";
import { z } from "zod";

const AGENT = {
  agent: { name: "Echo" },
  workflow: { initial_node: "talk", nodes: [{ id: "talk", name: "Talk", system_prompt: "Echo.", transitions: [] }] },
};
const SECRET = "test-only-master-key-test-only-master-key";

/** What the model of this world never answers. */
export const UNANSWERABLE = "Nobody answers this";

export interface FilesWorld {
  /** Two gateways on one bus. */
  gateways: [string, string];
  db: Db;
  bus: Bus;
  tenantId: string;
  adminToken: string;
  /** A link that takes files, with a session of its own. */
  visitor(fileUploads?: Record<string, unknown>): Promise<Visitor>;
  close(): Promise<void>;
}

export interface Visitor {
  link: string;
  sessionToken: string;
  sessionId: string;
  headers: Record<string, string>;
}

const opened = z.object({ session_token: z.string(), session_id: z.string() });

/** Links, sessions, a runner whose model repeats what it reads, and two gateways, on a NATS and a database of their own. */
export async function startFilesWorld(): Promise<FilesWorld> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logger = createLogger({ service: "test", level: "silent" });
  const metrics = createMetrics();
  const db = connectDb({ ...PATIENT, url: database.url, name: "test", logger });
  const redis = await connectRedis({ url: testServers().redisUrl, logger });
  const secrets = createSecrets(SECRET);
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics: createMetrics() });
  const bus = await connect("services");
  const deps = { logger, metrics, bus, db, redis, secrets };
  const links = createLinks({ ...deps, config: linksConfig.parse({}) });
  const sessions = createSessions({ ...deps, config: sessionsConfig.parse({}) });
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  const model: Model = {
    ...echo,
    reply: (request, options) =>
      request.messages.at(-1)?.content.includes(UNANSWERABLE)
        ? Promise.reject(new ModelError("model_unavailable", "asked to fail"))
        : echo.reply(request, options),
  };
  const runner = createAgentRunner({ ...deps, config: runnerConfig.parse({}), model });
  for (const service of [links, sessions, runner]) await service.start();
  const gateway = async () => {
    const config = gatewayConfig.parse({ PORT: "0", HOST: "127.0.0.1", RATE_LIMIT_ADDRESS_PER_MINUTE: "1000000" });
    const own = await connect("gateway");
    const made = createGateway({ config, logger, metrics: createMetrics(), bus: own, redis, secrets });
    await made.start();
    return { made, own, url: made.address() };
  };
  const [first, second] = [await gateway(), await gateway()];
  const operator: Principal = { tenantId: null, role: "owner", via: "hmac", id: "test" };
  const tenant = await eventually(() => bus.call(createTenant, { principal: operator, name: "T" }));
  const { principal } = await bus.call(verifyToken, { token: tenant.adminToken });
  if (principal === null) throw new Error("a tenant has an owner");
  const made = await eventually(() =>
    bus.call(importAgent, { principal, agent: "echo", document: AGENT, dryRun: false, activate: true, notes: null }),
  );
  return {
    gateways: [first.url, second.url],
    db,
    bus,
    tenantId: tenant.id,
    adminToken: tenant.adminToken,
    async visitor(fileUploads) {
      const file_uploads = {
        enabled: true,
        types: ["text/plain", "image/*"],
        max_bytes: 2_000_000,
        max_count: 3,
        ...fileUploads,
      };
      const body = { title: "Files", rate_limit_per_minute: 100, file_uploads, proof_of_work: "off" };
      const { token } = await bus.call(createLink, { principal, agent: made.agent_id ?? "", body });
      const answer = await fetch(`${first.url}/api/public/sessions/${token}`, {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json" },
      });
      const session = opened.parse(await answer.json());
      return {
        link: token,
        sessionToken: session.session_token,
        sessionId: session.session_id,
        headers: { authorization: `Bearer ${session.session_token}` },
      };
    },
    async close() {
      for (const { made, own } of [first, second]) {
        await made.stop();
        await own.close();
      }
      for (const service of [runner, sessions, links]) await service.stop();
      await bus.close();
      await redis.close();
      await db.close();
      await Promise.all([nats.destroy(), database.drop()]);
    },
  };
}
