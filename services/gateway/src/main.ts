import { connectBus } from "@parley/bus";
import { connectRedis } from "@parley/redis";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { gatewayConfig } from "./config.js";
import { askForHashRoot } from "./edge/hash-root.js";
import { createGateway } from "./gateway.js";

const connections = connectionConfig.pick({
  NATS_URL: true,
  REDIS_URL: true,
  SECRET_KEY: true,
  SECRET_KEY_PREVIOUS: true,
});

await runService("gateway", async ({ logger, metrics, env, lifecycle }) => {
  const { NATS_URL, REDIS_URL, SECRET_KEY, SECRET_KEY_PREVIOUS, ...config } = loadConfig(
    gatewayConfig.extend(connections.shape),
    env,
  );
  const secrets = createSecrets(SECRET_KEY, SECRET_KEY_PREVIOUS);
  const bus = await connectBus({ url: NATS_URL, name: "gateway", logger, metrics, ...busKeys(secrets) });
  const redis = await connectRedis({ url: REDIS_URL, logger, metrics, countsLimits: true });
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(askForHashRoot({ bus, secrets, logger }));
  const clock = createClock({ authority: "redis", ask: () => redis.time(), logger, metrics });
  lifecycle.add(clock);
  lifecycle.add(createGateway({ config, logger, metrics, bus, redis, clock, secrets }));
  return lifecycle;
});
