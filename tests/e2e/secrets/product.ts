import { createLogger, createMetrics } from "@parley/observability";
import { createLifecycle } from "@parley/runtime";
import { compose, readSettings } from "@parley/standalone";
import { freshDatabase, startNats, testServers } from "@parley/testkit";
import { freePort } from "../../cluster/child-process.js";

/** One replica of the whole product. */
export interface Replica {
  url: string;
  stop(): Promise<void>;
}

export interface Product {
  adminUrl: string;
  adminKey: string;
  /** Starts one more replica under these master keys, on the same stores. */
  replica(keys: { current: string; other?: string }): Promise<Replica>;
  close(): Promise<void>;
}

/** The stores of an installation, and replicas of the product in this process. */
export async function startProduct(): Promise<Product> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const adminKey = "the operator-wide key of this test";
  const running = new Set<Replica>();
  return {
    adminUrl: database.adminUrl,
    adminKey,
    async replica({ current, other = "" }) {
      const port = await freePort();
      const settings = readSettings({
        ...{ SECRET_KEY: current, SECRET_KEY_PREVIOUS: other, ADMIN_API_KEY: adminKey },
        ...{ HOST: "127.0.0.1", PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` },
        ...{ RATE_LIMIT_ADDRESS_PER_MINUTE: "1000000", ALLOW_TEST_HOOKS: "1", WEBHOOK_POLL_MS: "100" },
      });
      const logger = createLogger({ service: "test", level: "silent" });
      const lifecycle = createLifecycle({ name: "replica", logger });
      const stores = { databaseUrl: database.url, natsUrl: nats.url, redisUrl: testServers().redisUrl };
      await compose(settings, stores, { lifecycle, logger, metrics: createMetrics() });
      await lifecycle.start();
      const replica: Replica = {
        url: `http://127.0.0.1:${port}`,
        async stop() {
          if (running.delete(replica)) await lifecycle.stop();
        },
      };
      running.add(replica);
      return replica;
    },
    async close() {
      for (const replica of [...running]) await replica.stop();
      await Promise.all([nats.destroy(), database.drop()]);
    },
  };
}
