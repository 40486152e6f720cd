import { connectBus } from "@parley/bus";
import { awaitSchema, connectDb, keepHashRoot } from "@parley/db";
import { connectRedis } from "@parley/redis";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { cleanupConfig } from "./config.js";
import { createCleanup } from "./service.js";

const connections = connectionConfig.pick({
  DATABASE_URL: true,
  NATS_URL: true,
  REDIS_URL: true,
  SECRET_KEY: true,
  SECRET_KEY_PREVIOUS: true,
});

await runService("cleanup", async ({ logger, metrics, env, lifecycle }) => {
  const { DATABASE_URL, NATS_URL, REDIS_URL, SECRET_KEY, SECRET_KEY_PREVIOUS, ...config } = loadConfig(
    cleanupConfig.extend(connections.shape),
    env,
  );
  const db = connectDb({ url: DATABASE_URL, name: "cleanup", logger });
  const redis = await connectRedis({ url: REDIS_URL, logger, metrics });
  const secrets = createSecrets(SECRET_KEY, SECRET_KEY_PREVIOUS);
  const bus = await connectBus({ url: NATS_URL, name: "cleanup", logger, metrics, ...busKeys(secrets) });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(awaitSchema({ db, logger }));
  lifecycle.add(keepHashRoot({ db, secrets, logger, onWrongKey: "wait" }));
  lifecycle.add(createClock({ authority: "database", ask: () => db.time(), logger, metrics }));
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createCleanup({ config, logger, metrics, bus, db, redis, secrets }));
  return lifecycle;
});
