import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeDataFolder, resolveStores, StoresError, sweepAbandonedFolders } from "@parley/local-servers";
import type { TestProject } from "vitest/node";

const prefix = "parley-test-";

/** What the set-up of the run provides to every test file. */
export interface ProvidedServers {
  postgresAdminUrl: string;
  natsUrl: string;
  /** Empty when there is no Redis and missing stores are tolerated. */
  redisUrl: string;
  /** Part of the names of databases made in this run. */
  runId: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    parleyServers: ProvidedServers;
  }
}

/** Starts the three stores once for the run, in a temporary folder, and stops them afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  process.stderr.write(`tests: seed ${process.env.PARLEY_TEST_SEED} (PARLEY_TEST_SEED=… plays the same games)\n`);
  const root = tmpdir();
  await sweepAbandonedFolders(root, prefix);
  const folder = mkdtempSync(join(root, prefix));
  // Suites store shared files there: the pages as they are shipped.
  process.env.PARLEY_TEST_FOLDER ??= folder;
  const strict = process.env.PARLEY_TEST_STRICT !== "0";
  const report = (line: string) => process.stderr.write(`stores: ${line}\n`);
  try {
    const stores = await resolveStores({
      ...{ dataDir: folder, mode: "test", requireRedis: strict },
      // A project of the run may name another PostgreSQL.
      env: { ...process.env, ...project.config.env },
      report: process.env.CI ? report : (line) => line.startsWith("Redis: memory") && report(line),
    });
    const runId = folder.slice(-6).toLowerCase();
    project.provide("parleyServers", {
      postgresAdminUrl: stores.postgres.adminUrl ?? stores.postgres.url,
      natsUrl: stores.nats.url,
      redisUrl: stores.redis?.url ?? "",
      runId,
    });
    return async () => {
      if (stores.postgres.from === "environment") await dropDatabasesOfRun(stores.postgres.url, runId);
      await stores.stop();
      await removeDataFolder(folder);
    };
  } catch (error) {
    await removeDataFolder(folder).catch(() => rmSync(folder, { recursive: true, force: true }));
    // The message of a StoresError is written for people; its stack adds nothing.
    if (error instanceof StoresError) error.stack = `${error.name}: ${error.message}`;
    throw error;
  }
}

/** Removes the databases of the run from a server that is not ours. */
async function dropDatabasesOfRun(url: string, runId: string): Promise<void> {
  const { dropRunDatabases } = await import("./databases.js");
  await dropRunDatabases(url, runId);
}
