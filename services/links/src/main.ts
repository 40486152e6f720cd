import { connectBus } from "@parley/bus";
import { connectDb } from "@parley/db";
import { createSecrets } from "@parley/secrets";
import { loadConfig, runService } from "@parley/service";
import { z } from "zod";
import { linksConfig } from "./config.js";
import { createLinks } from "./service.js";

const connections = z.object({
  DATABASE_URL: z.string().describe("PostgreSQL"),
  NATS_URL: z.string().describe("NATS with JetStream"),
  SECRET_KEY: z.string().min(32).describe("Master key of every secret at rest, at least 32 characters"),
});

await runService("links", async ({ logger, metrics, env, lifecycle }) => {
  const { DATABASE_URL, NATS_URL, SECRET_KEY, ...config } = loadConfig(linksConfig.extend(connections.shape), env);
  const db = connectDb({ url: DATABASE_URL, name: "links", logger });
  const bus = await connectBus({ url: NATS_URL, name: "links", logger, metrics });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createLinks({ config, logger, metrics, bus, db, secrets: createSecrets(SECRET_KEY) }));
  return lifecycle;
});
