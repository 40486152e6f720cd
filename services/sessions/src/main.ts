import { connectBus } from "@parley/bus";
import { awaitSchema, connectDb, keepHashRoot } from "@parley/db";
import { connectRedis } from "@parley/redis";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { readBacklog } from "./accept/backlog.js";
import { sessionsConfig } from "./config.js";
import { createSessions } from "./service.js";

const connections = connectionConfig.pick({
  DATABASE_URL: true,
  NATS_URL: true,
  REDIS_URL: true,
  SECRET_KEY: true,
  SECRET_KEY_PREVIOUS: true,
});

await runService("sessions", async ({ logger, metrics, env, lifecycle, tellScaling }) => {
  const { DATABASE_URL, NATS_URL, REDIS_URL, SECRET_KEY, SECRET_KEY_PREVIOUS, ...config } = loadConfig(
    sessionsConfig.extend(connections.shape),
    env,
  );
  const db = connectDb({ url: DATABASE_URL, name: "sessions", logger });
  const redis = await connectRedis({ url: REDIS_URL, logger, metrics });
  const secrets = createSecrets(SECRET_KEY, SECRET_KEY_PREVIOUS);
  const bus = await connectBus({ url: NATS_URL, name: "sessions", logger, metrics, ...busKeys(secrets) });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(awaitSchema({ db, logger }));
  lifecycle.add(keepHashRoot({ db, secrets, logger, onWrongKey: "wait" }));
  lifecycle.add(createClock({ authority: "database", ask: () => db.time(), logger, metrics }));
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createSessions({ config, logger, metrics, bus, db, redis, secrets }));
  // The runners are scaled by this endpoint: it exposes no password, and this service is never scaled to zero.
  tellScaling(() => readBacklog(db));
  return lifecycle;
});
