import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "@parley/db";
import { startOwnServer } from "@parley/stores";

/** Runs `use` with the owner's address of a migrated database on a PostgreSQL of its own, and leaves nothing behind. */
export async function withScratchDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-docs-"));
  const options = { dataDir, env: process.env, mode: "test", report: () => undefined } as const;
  const server = await startOwnServer("postgres", options);
  try {
    await migrate({ url: server.url });
    return await use(server.url);
  } finally {
    await server.destroy();
  }
}
