import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { boundedRun, commitOf } from "./bounded-run.mjs";
import { FriendlyError } from "./friendly-error.mjs";
import { olderBuild } from "./older-build.mjs";
import { npmProgram, runQuietly } from "./run.mjs";
import { getPrograms } from "./test-programs.mjs";
import { suitesUsing } from "./waiting-suites.mjs";

export const overview = `Usage: node scripts/bootstrap.mjs <command> [options]

  start   run everything on this machine (npm start)
  test    run the test suite (npm test)
  bench   measure (npm run bench)
  full    every test at its full length (npm run test:full)
  upgrade test a rolling upgrade from another commit (npm run test:upgrade)

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

Starts real PostgreSQL, NATS and Redis in a throw-away folder and runs the suite. What the machine lacks is installed with apt
(as root) or fetched into .data/programs; suites that wait for what cannot be had are named and left out. Without filters and options,
suites that take long are left to npm run verify: they kill, starve and fuzz, or click through the whole product.

  --strict         all suites; what cannot be had is a failure, as with CI=true
  --help           this text

PARLEY_TEST_MINUTES=N bounds a whole strict run, as CI does: of the groups of suites that take long it runs those that it has time for,
beginning with another group for each commit, and names the others.
CI=true (npm run verify) also runs lint, types, boundaries and generated documents beside them, and the SQL suites once more on the machine's own
PostgreSQL where it has one. PARLEY_TEST_SEED=N repeats the random games of a run, which prints its seed.

Examples: npm test -- libs/db      npm test -- -t "late commit"`;

const benchHelp = readFileSync(new URL("../../bench/help.txt", import.meta.url), "utf8").trimEnd();

const fullHelp = `Usage: npm run test:full -- [vitest filters and options]

Runs every suite that has a longer form at full length: hours, not minutes. tests/mcp fetches the conformance suite of the protocol.
Filters choose among them, for example: npm run test:full -- tests/chaos`;

const upgradeHelp = `Usage: npm run test:upgrade -- [commit]

Checks out and builds another commit (default: the one before this) below .data/builds, runs six services of it in two replicas under load,
replaces each replica by this build and back again, and audits what clients were told: lost 0, twice 0, errors 0.`;

/** What each command runs once packages are installed and built: `{program, args, env}`, and what runs `beside` it. */
export const commands = {
  start: {
    help: startHelp,
    // Node 22.1 and newer keep what they compiled; Node 20 does not look.
    prepare: (root, args) =>
      node(root, "services/standalone/dist/main.js", [], args, {
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, "node_modules/.cache/node"),
      }),
  },
  test: { help: testHelp, prepare: prepareTest },
  bench: {
    help: benchHelp,
    prepare: (root, args) => node(root, "bench/main.ts", ["--import", "tsx"], args, {}),
  },
  full: { help: fullHelp, prepare: prepareFull },
  upgrade: { help: upgradeHelp, prepare: prepareUpgrade },
};

async function prepareUpgrade(root, [commit = "HEAD~1"], report) {
  const { env, ...what } = await prepareTest(root, ["--strict", "tests/chaos/upgrade.test.ts"], report);
  return { ...what, env: { ...env, UPGRADE_FROM: await olderBuild(root, commit, report) } };
}

/** The switch of each suite that has a longer form. */
const FULL_FORMS = {
  "tests/chaos": "CHAOS_FULL",
  "tests/streams": "STREAMS_FULL",
  "tests/limits": "LIMITS_FULL",
  "tests/privacy": "ERASURES_FULL",
  "tests/sending": "SENDING_FULL",
  "tests/e2e/exports": "EXPORTS_FULL",
  "tests/mcp": "MCP_FULL",
  "services/sessions/test/alerts": "ALERTS_FULL",
  "services/sessions/test/analytics": "ROLLUPS_FULL",
};

async function prepareFull(root, args, report) {
  const filters = args.some((arg) => !arg.startsWith("-")) ? [] : Object.keys(FULL_FORMS);
  const full = Object.fromEntries(Object.values(FULL_FORMS).map((name) => [name, "1"]));
  const { env, ...what } = await prepareTest(root, ["--strict", ...filters, ...args], report);
  return { ...what, env: { ...env, ...full } };
}

/** Gets the programs that suites start, and leaves out the suites of those that cannot be had, unless the run is strict. */
async function prepareTest(root, args, report) {
  const rest = args.filter((arg) => arg !== "--strict");
  const whole = rest.length === 0;
  const strict = inCi() || args.includes("--strict");
  const { missing, env } = await getPrograms(join(root, ".data", "programs"), report);
  const waiting = missing.map((program) => ({ ...program, suites: suitesUsing(root, program.usedBy) }));
  const lines = waiting.map(({ name, suites }) => `  ${name}: ${suites.join(", ")}`);
  if (waiting.length > 0) {
    const apt = `Debian, Ubuntu:  sudo apt-get install -y --no-install-recommends ${waiting.flatMap((one) => one.apt).join(" ")}`;
    const brew = `macOS:           brew install ${waiting.map((one) => one.brew).join(" ")}`;
    const told = `Missing, with the suites that wait for it:\n${lines.join("\n")}\n  ${apt}\n  ${brew}`;
    if (strict) throw new FriendlyError(told);
    report(`${told}\nThese suites are left out.`);
  }
  const excluded = [...new Set(waiting.flatMap(({ suites }) => suites))].map((suite) => `--exclude=${suite}`);
  const redis = missing.some(({ name }) => name === "Redis") ? { PARLEY_TEST_STRICT: "0" } : {};
  const legs = inCi() && whole ? { PARLEY_TEST_LEGS: "all" } : {};
  const narrowed = narrowedTo(rest, strict);
  if (narrowed.length > 0) report("tests     without the suites that take long; npm run verify runs all");
  const vitest = "node_modules/vitest/vitest.mjs";
  const runOf = (flags) =>
    node(root, vitest, [], ["run", ...flags, ...narrowed, ...excluded, ...rest], { ...env, ...redis, ...legs });
  const minutes = Number(process.env.PARLEY_TEST_MINUTES ?? 0);
  const minutesGone = () => process.uptime() / 60;
  const isBounded = minutes > 0 && strict && whole;
  const tests = isBounded ? boundedRun({ runOf, minutes, commit: commitOf(root), minutesGone, report }) : runOf([]);
  if (!inCi() || !whole) return tests;
  let checksPassed = true;
  const beside = async () => {
    const told = await runChecks(root);
    checksPassed = told === null;
    return told;
  };
  return { ...tests, beside, next: () => (checksPassed ? tests.next?.() : undefined) };
}

/** `npm test` alone leaves out the heavy suites (heavy-suites.mjs); whoever asks for something gets all that it means. */
export const narrowedTo = (args, strict) => (args.length === 0 && !strict ? ["--project=suites"] : []);

const inCi = () => !["", "0", "false", undefined].includes(process.env.CI);

/** `npm run check`: lint, types, boundaries, generated documents. Answers what they found, or null. */
async function runChecks(root) {
  const { code, output } = await runQuietly(root, npmProgram(["run", "check"]), {}, 60_000);
  return code === 0 ? null : `${output}\n\nThe checks failed (npm run check); the tests were stopped.`;
}

function node(root, file, nodeArgs, args, env) {
  if (!existsSync(join(root, file))) throw new FriendlyError(`${file} is missing in this checkout.`);
  return { program: process.execPath, args: [...nodeArgs, file, ...args], env };
}
