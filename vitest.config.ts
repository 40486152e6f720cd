import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// "parley-source" first: workspace packages resolve to their sources, so tests never need (or see) a stale build.
// Without "module": some packages offer under it files for bundlers that Node itself cannot load.
const conditions = ["parley-source", ...defaultServerConditions.filter((condition) => condition !== "module")];

/** Suites of what a machine may not have are listed only where it is: nothing is ever skipped. */
function hasPgvector(): boolean {
  try {
    const shared = execFileSync("pg_config", ["--sharedir"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return existsSync(join(shared.trim(), "extension", "vector.control"));
  } catch {
    return false;
  }
}
const optional = hasPgvector() ? ["services/*/test/**/*.pgvector.ts"] : [];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The global set-up is loaded in an environment of its own.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    include: ["libs/*/test/**/*.test.ts", "services/*/test/**/*.test.ts", "tests/**/*.test.ts", ...optional],
    exclude: ["**/node_modules/**", "**/dist/**", "libs/chat-page/src/**"],
    // One PostgreSQL, NATS and Redis for the whole run; suites separate themselves by database, subject and prefix.
    globalSetup: ["libs/testkit/src/global-setup.ts"],
    pool: "forks",
    // In CI one at a time: the suites that start a dozen processes and kill them must not slow down those that wait for a deadline.
    maxWorkers: process.env.CI ? 1 : 2,
    // On a machine that is five times slower than a quiet one; a test that may take longer says so.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // A poll waits for what comes, on a slow machine too; where the time is the promise, the test itself names it.
    expect: { poll: { timeout: 15_000 } },
    // A test that passes at the second try hides a fault.
    retry: 0,
  },
});
