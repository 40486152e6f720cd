import { constants } from "node:os";
import { join, resolve } from "node:path";
import { migrate } from "@parley/db";
import { removeDataFolder, resolveStores, StoresError } from "@parley/local-servers";
import { ConfigError, onEndingSignals, runService } from "@parley/runtime";
import { announcement, jsonLine } from "./announce.js";
import { HELP, parseArguments, type StandaloneOptions } from "./arguments.js";
import { compose } from "./compose.js";
import { isExposed } from "./exposure.js";
import { choosePort } from "./port.js";
import { privateKeys } from "./private-keys.js";
import { readSettings } from "./settings.js";
import { whileBusy } from "./while-busy.js";

const startedAt = performance.now();

/** Progress for people; with --json standard output belongs to the one line of JSON. */
function reporter(options: StandaloneOptions): (line: string) => void {
  const stream = options.json ? process.stderr : process.stdout;
  return (line) => void stream.write(`${line}\n`);
}

/** Settings that this machine decides: own keys, own port, own address. The environment wins over each. */
async function environment(options: StandaloneOptions, dataDir: string): Promise<Record<string, string | undefined>> {
  const given = process.env;
  const host = given.HOST || "127.0.0.1";
  const port = await choosePort(options.port, host);
  const keys = privateKeys(dataDir);
  return {
    ...given,
    HOST: host,
    PORT: String(port),
    PUBLIC_URL: given.PUBLIC_URL || `http://localhost:${port}`,
    ADMIN_API_KEY: given.ADMIN_API_KEY || given.ADMIN_API_KEY_FILE ? given.ADMIN_API_KEY : keys.ADMIN_API_KEY,
    SECRET_KEY: given.SECRET_KEY || given.SECRET_KEY_FILE ? given.SECRET_KEY : keys.SECRET_KEY,
    ERASURE_LEDGER_FILE: given.ERASURE_LEDGER_FILE || join(dataDir, "erasures.jsonl"),
    // One line per request is for operators; the person at this terminal asked for a chat.
    LOG_LEVEL: given.LOG_LEVEL || "warn",
  };
}

function tellForcedEnd(): void {
  process.stderr.write("\nStopped at once. What was under way goes on at the next start.\n");
}

async function start(options: StandaloneOptions): Promise<void> {
  const report = reporter(options);
  const dataDir = resolve(options.dataDir);
  const human = process.stderr.isTTY && !options.json;
  if (options.reset) {
    await removeDataFolder(dataDir);
    report(`Forgot the data in ${options.dataDir}`);
  }
  let running = false;
  // Until the services drain by themselves a signal ends the process, whose end stops the servers that run already.
  onEndingSignals(
    (signal) => running || process.exit(128 + constants.signals[signal]),
    () => undefined,
  );
  const stores = await resolveStores({
    dataDir,
    env: process.env,
    mode: "start",
    report,
    useRunning: options.useRunning,
  });
  try {
    const env = await environment(options, dataDir);
    const settings = readSettings(env);
    if (isExposed(settings)) {
      const where = `HOST=${settings.HOST} without PUBLIC_URL=https://…`;
      report(
        `Warning: ${where}: other machines get plain HTTP, anyone on the way can read words and tokens; demo links end in 24 h`,
      );
    }
    const adminUrl = settings.DATABASE_ADMIN_URL ?? stores.postgres.adminUrl ?? stores.postgres.url;
    const { applied } = await migrate({ url: adminUrl });
    if (applied.length > 0) report(`database schema brought to ${applied.at(-1)} (${applied.length} migrations)`);
    await runService(
      "standalone",
      async (context) => {
        running = true;
        const { lifecycle } = context;
        lifecycle.add({ name: "stores", stop: () => stores.stop() });
        const composed = await compose(
          settings,
          { databaseUrl: stores.postgres.url, natsUrl: stores.nats.url, redisUrl: stores.redis?.url ?? null },
          context,
        );
        lifecycle.add({
          name: "announcement",
          async start() {
            if (!(await whileBusy(composed.masterKeyFits)))
              report(
                "Warning: SECRET_KEY is not the one this data was made with: tokens, keys and links made before do not work, " +
                  "and what was sealed cannot be read. Stop and start with the former key to have them back.",
              );
            const seed = await whileBusy(composed.seed);
            const seconds = (performance.now() - startedAt) / 1000;
            const started = {
              url: settings.PUBLIC_URL,
              seed,
              signInUrl: await whileBusy(composed.firstSignIn),
              apiKey: settings.ADMIN_API_KEY ?? "",
              modelName: composed.modelName,
              table: stores.table,
              dataDir: options.dataDir,
              seconds,
            };
            process.stdout.write(options.json ? `${jsonLine(started)}\n` : announcement(started));
            composed.playWeek(seed);
          },
        });
        return lifecycle;
      },
      { env, destination: process.stderr, ...(human ? { onSecondSignal: tellForcedEnd } : {}) },
    );
  } catch (error) {
    await stores.stop();
    throw error;
  }
}

try {
  const options = parseArguments(process.argv.slice(2), process.env);
  if (options.help) process.stdout.write(HELP);
  else await start(options);
} catch (error) {
  // These errors are sentences for the person at the terminal; a stack would hide them.
  const told =
    error instanceof StoresError ||
    error instanceof ConfigError ||
    (error instanceof Error && !(error instanceof TypeError));
  process.stderr.write(told ? `\n${error.message}\n` : `\n${String(error)}\n`);
  process.exit(1);
}
