import { connectBus } from "@parley/bus";
import { awaitSchema, connectDb, keepHashRoot } from "@parley/db";
import { llmConfig, modelFromConfig } from "@parley/llm";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { memoryConfig } from "./config.js";
import { createMemory } from "./service.js";

const connections = connectionConfig
  .pick({ DATABASE_URL: true, NATS_URL: true, SECRET_KEY: true, SECRET_KEY_PREVIOUS: true })
  .extend(llmConfig);

await runService("memory", async ({ logger, metrics, env, lifecycle }) => {
  const config = loadConfig(memoryConfig.extend(connections.shape), env);
  const db = connectDb({ url: config.DATABASE_URL, name: "memory", logger });
  const secrets = createSecrets(config.SECRET_KEY, config.SECRET_KEY_PREVIOUS);
  const bus = await connectBus({ url: config.NATS_URL, name: "memory", logger, metrics, ...busKeys(secrets) });
  const model = modelFromConfig(config, { logger, metrics });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(awaitSchema({ db, logger }));
  lifecycle.add(keepHashRoot({ db, secrets, logger, onWrongKey: "wait" }));
  lifecycle.add(createClock({ authority: "database", ask: () => db.time(), logger, metrics }));
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createMemory({ config, logger, metrics, bus, db, model, secrets }));
  return lifecycle;
});
