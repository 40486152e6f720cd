import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FriendlyError } from "./friendly-error.mjs";

export const overview = `Usage: node scripts/bootstrap.mjs <command> [options]

  start   run everything on this machine (npm start)
  test    run the test suite (npm test)
  bench   measure (npm run bench)
  chaos   kill and cut things while messages flow (npm run test:chaos)

Add --help after a command for its options.`;

const startHelp = `Usage: npm start -- [options]

Installs and builds what is missing, starts private PostgreSQL, NATS and Redis in ./.data (or uses DATABASE_URL,
NATS_URL and REDIS_URL where they are set), and runs all services in one process.

  --port N         port of the web server
  --data DIR       data folder (default ./.data/default)
  --reset          delete the data first
  --json           print one line of JSON when everything is ready; progress goes to stderr
  --use-running    use servers on the standard loopback ports where no address is set
  --help           this text

Where a program is found: PARLEY_POSTGRES_BIN (folder), PARLEY_NATS_SERVER, PARLEY_REDIS_SERVER.
PARLEY_STORES_FROM narrows the sources, for example "npm" or "program,docker".`;

const testHelp = `Usage: npm test -- [options] [vitest filters and options]

Starts real PostgreSQL, NATS and Redis in a throw-away folder and runs the suite.

  --strict         a missing store or browser is a failure (the default)
  --no-strict      suites that need something missing are skipped, with the reason
  --help           this text

Examples: npm test -- libs/db      npm test -- -t "late commit"`;

const benchHelp = readFileSync(new URL("../../bench/help.txt", import.meta.url), "utf8").trimEnd();

const chaosHelp = `Usage: npm run test:chaos -- [vitest filters and options]

Runs tests/chaos at full length (CHAOS_FULL=1).`;

/** What each command runs once packages are installed and built: `{program, args, env}`. */
export const commands = {
  start: {
    help: startHelp,
    prepare: (root, args) => node(root, "services/standalone/dist/main.js", [], args, {}),
  },
  test: {
    help: testHelp,
    prepare: (root, args) => {
      const strict = !args.includes("--no-strict");
      const rest = args.filter((arg) => arg !== "--strict" && arg !== "--no-strict");
      return vitest(root, rest, { PARLEY_TEST_STRICT: strict ? "1" : "0" });
    },
  },
  bench: {
    help: benchHelp,
    prepare: (root, args) => node(root, "bench/main.ts", ["--import", "tsx"], args, {}),
  },
  chaos: {
    help: chaosHelp,
    prepare: (root, args) => vitest(root, ["tests/chaos", ...args], { CHAOS_FULL: "1", PARLEY_TEST_STRICT: "1" }),
  },
};

function vitest(root, args, env) {
  return node(root, "node_modules/vitest/vitest.mjs", [], ["run", ...args], env);
}

function node(root, file, nodeArgs, args, env) {
  if (!existsSync(join(root, file))) throw new FriendlyError(`${file} is missing in this checkout.`);
  return { program: process.execPath, args: [...nodeArgs, file, ...args], env };
}
