import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsUrlOf, type OwnServer, startOwnServer } from "@parley/local-servers";
import { describe, inject } from "vitest";
import { cloneDatabase, type FreshDatabase } from "./databases.js";

/** Addresses of the servers shared by the whole run. */
export interface TestServers {
  postgresAdminUrl: string;
  natsUrl: string;
  redisUrl: string;
}

/**
 * Addresses of the shared servers, credentials included. They belong to every test of the run: use your own database (`freshDatabase`),
 * subjects and key prefixes, and never stop or flush them.
 */
export function testServers(): TestServers {
  const { postgresAdminUrl, natsUrl, redisUrl } = inject("parleyServers");
  return { postgresAdminUrl, natsUrl, redisUrl };
}

/** A migrated, empty database, copied from the template of the run. Drop it when the suite ends. */
export function freshDatabase(): Promise<FreshDatabase> {
  const { postgresAdminUrl, runId } = inject("parleyServers");
  return cloneDatabase(postgresAdminUrl, runId);
}

/** `describe`, or `describe.skip` with the reason in the name where missing stores are tolerated and Redis is missing. */
export function describeWithRedis(name: string, body: () => void): void {
  if (inject("parleyServers").redisUrl === "") describe.skip(`${name} (skipped: no Redis on this machine)`, body);
  else describe(name, body);
}

/** A private Redis to be stopped, killed, frozen and restarted at will. Destroy it when the suite ends. */
export function startRedis(): Promise<OwnServer> {
  return startOwn("redis");
}

/** A private NATS with JetStream, as `startRedis`. */
export function startNats(): Promise<OwnServer> {
  return startOwn("nats");
}

/** The address of a NATS of `startNats` for one service, with only the permissions that the service needs. */
export { natsUrlOf };

/** A private PostgreSQL (not migrated); what was committed survives `kill()`. Otherwise as `startRedis`. */
export function startPostgres(): Promise<OwnServer> {
  return startOwn("postgres");
}

function startOwn(name: "postgres" | "nats" | "redis"): Promise<OwnServer> {
  // Under the prefix of the run's own folder, so that the next run sweeps it when this one is killed.
  const dataDir = mkdtempSync(join(tmpdir(), "parley-test-"));
  return startOwnServer(name, { dataDir, env: process.env, mode: "test", report: () => undefined });
}
