import { createAgentRunner } from "@parley/agent-runner-service";
import { type Bus, connectBus } from "@parley/bus";
import { createCleanup } from "@parley/cleanup-service";
import { connectDb, keepHashRoot } from "@parley/db";
import { createGateway } from "@parley/gateway-service";
import {
  beginDemoWeek,
  createLinks,
  DEMO_TENANT_ID,
  type DemoSeed,
  endDemoWeek,
  firstSignIn,
  masterKeyFits,
  seedDemo,
} from "@parley/links-service";
import { modelFromConfig } from "@parley/llm";
import { createMemory } from "@parley/memory-service";
import type { Logger, Metrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createClock, type Lifecycle } from "@parley/runtime";
import { busKeys, createSecrets } from "@parley/secrets";
import { createSessions } from "@parley/sessions-service";
import { demoAgents } from "./demo.js";
import { playDemoWeek } from "./demo-week/index.js";
import { isExposed } from "./exposure.js";
import type { Settings } from "./settings.js";

export interface Addresses {
  databaseUrl: string;
  natsUrl: string;
  /** null = the memory driver. */
  redisUrl: string | null;
}

export interface Composed {
  modelName: string;
  /** False when this data was sealed under another SECRET_KEY. */
  masterKeyFits(): Promise<boolean>;
  /** Makes sure that the demo tenant, its agents and links exist; after the start. */
  seed(): Promise<DemoSeed>;
  /** Fills an empty demo with a week of conversations, in the background; only the scripted model talks for nothing. */
  playWeek(seed: DemoSeed): void;
  /** An address that signs the owner of this machine in to the console, once; null when that user was removed. */
  firstSignIn(): Promise<string | null>;
}

/** All six services with one connection to each server: composition only, every behaviour lives in its service. */
export async function compose(
  settings: Settings,
  addresses: Addresses,
  context: { lifecycle: Lifecycle; logger: Logger; metrics: Metrics },
): Promise<Composed> {
  const { lifecycle, logger, metrics } = context;
  const db = connectDb({ url: addresses.databaseUrl, name: "standalone", logger, max: 16 });
  const redis = await connectRedis({ url: addresses.redisUrl, logger, metrics });
  const secrets = createSecrets(settings.SECRET_KEY, settings.SECRET_KEY_PREVIOUS);
  const options = { logger, metrics, ...busKeys(secrets), alone: true };
  const bus: Bus = await connectBus({ url: addresses.natsUrl, name: "standalone", ...options });
  const model = modelFromConfig(settings, { logger, metrics });
  const clock = createClock({ authority: "database", ask: () => db.time(), logger, metrics });
  const deps = { config: settings, logger, metrics, bus, db, redis, secrets, model, clock };
  lifecycle.add({ name: "database", stop: () => db.close() });
  lifecycle.add(keepHashRoot({ db, secrets, logger, onWrongKey: "go on" }));
  lifecycle.add(clock);
  lifecycle.add({ name: "redis", stop: () => redis.close() });
  lifecycle.add({ name: "bus", stop: () => bus.drain() });
  lifecycle.add(createLinks(deps));
  lifecycle.add(createMemory(deps));
  lifecycle.add(createAgentRunner(deps));
  lifecycle.add(createSessions(deps));
  lifecycle.add(createCleanup(deps));
  // Last in, first out: nobody is accepted any more while the others finish what was accepted.
  let demoLink: string | undefined;
  lifecycle.add(
    createGateway({
      ...deps,
      moreChecks: async () => ({ database: await db.ping() }),
      widgetLink: () => settings.CHAT_WIDGET_LINK ?? demoLink,
    }),
  );
  const stopped = new AbortController();
  let week: Promise<void> | undefined;
  // Last in, first out: the visitors of the demo go before anybody else is asked to.
  lifecycle.add({
    name: "demo week",
    async stop() {
      stopped.abort();
      await week;
    },
  });
  return {
    modelName: model.name,
    masterKeyFits: () => masterKeyFits(deps),
    firstSignIn: () => firstSignIn(deps, DEMO_TENANT_ID),
    async seed() {
      const exposed = isExposed(settings);
      const seed = await seedDemo(deps, { agents: demoAgents(exposed) });
      // The script tells its link to everybody who loads it: on this machine that is the person who started it.
      if (!exposed) demoLink = seed.links.find(({ agent }) => agent === "support")?.token;
      return seed;
    },
    playWeek(seed) {
      if (model.name !== "scripted" || settings.DEMO_WEEK === "off") return;
      week = (async () => {
        const begun = await beginDemoWeek(deps, seed);
        if (begun === null) return;
        const principal = { tenantId: seed.tenantId, role: "owner" as const, via: "token" as const, id: "demo" };
        const planned = { ...begun, principal };
        const sessions = await playDemoWeek({ ...deps, signal: stopped.signal }, planned);
        if (stopped.signal.aborted) return;
        await endDemoWeek(deps, planned);
        logger.info({ sessions }, "demo.week_played");
      })().catch((error: unknown) => {
        if (!stopped.signal.aborted) logger.warn({ err: error }, "demo.week_failed");
      });
    },
  };
}
