import { connectBus } from "@parley/bus";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { loadConfig, runService } from "@parley/service";
import { z } from "zod";
import { gatewayConfig } from "./config.js";
import { createGateway } from "./gateway.js";

const connections = z.object({
  NATS_URL: z.string().describe("NATS with JetStream"),
  REDIS_URL: z.string().optional().describe("Redis; without it limits and live streams are local to one gateway"),
  SECRET_KEY: z.string().min(32).describe("Master key of every secret at rest, at least 32 characters"),
});

await runService("gateway", async ({ logger, metrics, env, lifecycle }) => {
  const { NATS_URL, REDIS_URL, SECRET_KEY, ...config } = loadConfig(gatewayConfig.extend(connections.shape), env);
  const bus = await connectBus({ url: NATS_URL, name: "gateway", logger, metrics });
  const redis = await connectRedis({ url: REDIS_URL ?? null, logger });
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createGateway({ config, logger, metrics, bus, redis, secrets: createSecrets(SECRET_KEY) }));
  return lifecycle;
});
