import { connectBus } from "@parley/bus";
import { connectDb } from "@parley/db";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { cleanupConfig } from "./config.js";
import { createCleanup } from "./service.js";

const connections = connectionConfig.pick({ DATABASE_URL: true, NATS_URL: true });

await runService("cleanup", async ({ logger, metrics, env, lifecycle }) => {
  const { DATABASE_URL, NATS_URL, ...config } = loadConfig(cleanupConfig.extend(connections.shape), env);
  const db = connectDb({ url: DATABASE_URL, name: "cleanup", logger });
  const bus = await connectBus({ url: NATS_URL, name: "cleanup", logger, metrics });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(createClock({ authority: "database", ask: () => db.time(), logger, metrics }));
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createCleanup({ config, logger, metrics, bus, db }));
  return lifecycle;
});
