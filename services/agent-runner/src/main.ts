import { connectBus } from "@parley/bus";
import { awaitSchema, connectDb, keepHashRoot } from "@parley/db";
import { llmConfig, modelFromConfig } from "@parley/llm";
import { connectRedis } from "@parley/redis";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { runnerConfig } from "./config.js";
import { createAgentRunner } from "./service.js";

const connections = connectionConfig.pick({
  DATABASE_URL: true,
  NATS_URL: true,
  REDIS_URL: true,
  SECRET_KEY: true,
  SECRET_KEY_PREVIOUS: true,
});

await runService("agent-runner", async ({ logger, metrics, env, lifecycle }) => {
  const all = loadConfig(runnerConfig.extend(connections.shape).extend(llmConfig), env);
  const db = connectDb({ url: all.DATABASE_URL, name: "agent-runner", logger });
  const redis = await connectRedis({ url: all.REDIS_URL, logger, metrics });
  const secrets = createSecrets(all.SECRET_KEY, all.SECRET_KEY_PREVIOUS);
  const bus = await connectBus({ url: all.NATS_URL, name: "agent-runner", logger, metrics, ...busKeys(secrets) });
  const model = modelFromConfig(all, { logger, metrics });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(awaitSchema({ db, logger }));
  lifecycle.add(keepHashRoot({ db, secrets, logger, onWrongKey: "wait" }));
  lifecycle.add(createClock({ authority: "database", ask: () => db.time(), logger, metrics }));
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createAgentRunner({ config: all, logger, metrics, bus, db, redis, model, secrets }));
  return lifecycle;
});
