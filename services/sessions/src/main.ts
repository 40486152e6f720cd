import { connectBus } from "@parley/bus";
import { connectDb } from "@parley/db";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { loadConfig, runService } from "@parley/service";
import { z } from "zod";
import { sessionsConfig } from "./config.js";
import { createSessions } from "./service.js";

const connections = z.object({
  DATABASE_URL: z.string().describe("PostgreSQL"),
  NATS_URL: z.string().describe("NATS with JetStream"),
  REDIS_URL: z.string().describe("Redis"),
  SECRET_KEY: z.string().min(32).describe("Master key of every secret at rest, at least 32 characters"),
});

await runService("sessions", async ({ logger, metrics, env, lifecycle }) => {
  const { DATABASE_URL, NATS_URL, REDIS_URL, SECRET_KEY, ...config } = loadConfig(
    sessionsConfig.extend(connections.shape),
    env,
  );
  const db = connectDb({ url: DATABASE_URL, name: "sessions", logger });
  const redis = await connectRedis({ url: REDIS_URL, logger });
  const bus = await connectBus({ url: NATS_URL, name: "sessions", logger, metrics });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createSessions({ config, logger, metrics, bus, db, redis, secrets: createSecrets(SECRET_KEY) }));
  return lifecycle;
});
