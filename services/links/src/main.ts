import { connectBus } from "@parley/bus";
import { awaitSchema, connectDb, keepHashRoot } from "@parley/db";
import { connectionConfig, createClock, loadConfig, runService } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { linksConfig } from "./config.js";
import { createLinks } from "./service.js";

const connections = connectionConfig.pick({
  DATABASE_URL: true,
  NATS_URL: true,
  SECRET_KEY: true,
  SECRET_KEY_PREVIOUS: true,
});

await runService("links", async ({ logger, metrics, env, lifecycle }) => {
  const { DATABASE_URL, NATS_URL, SECRET_KEY, SECRET_KEY_PREVIOUS, ...config } = loadConfig(
    linksConfig.extend(connections.shape),
    env,
  );
  const db = connectDb({ url: DATABASE_URL, name: "links", logger });
  const secrets = createSecrets(SECRET_KEY, SECRET_KEY_PREVIOUS);
  const bus = await connectBus({ url: NATS_URL, name: "links", logger, metrics, ...busKeys(secrets) });
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(awaitSchema({ db, logger }));
  lifecycle.add(keepHashRoot({ db, secrets, logger, onWrongKey: "wait" }));
  lifecycle.add(createClock({ authority: "database", ask: () => db.time(), logger, metrics }));
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createLinks({ config, logger, metrics, bus, db, secrets }));
  return lifecycle;
});
