import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ResolveOptions, type StoreName, StoresError } from "./contract.js";
import { type HeldFolder, holdDataFolder, removeDataFolder } from "./data-folder.js";
import {
  type PrivateOptions,
  type PrivateServer,
  startPrivateNats,
  startPrivatePostgres,
  startPrivateRedis,
} from "./private-server.js";
import { type Account, accountCanEnter, accountForPostgres } from "./run-as.js";

/** A server in a throw-away folder of its own. */
export interface OwnServer extends PrivateServer {
  /** Stops it and deletes its files. */
  destroy(): Promise<void>;
}

/**
 * Starts one private server in a data folder of its own, for tests that stop and kill it. Addresses in the
 * environment and docker are not considered.
 *
 * @throws StoresError as `resolveStores` does.
 */
export async function startOwnServer(name: StoreName, options: ResolveOptions): Promise<OwnServer> {
  const held = await holdDataFolder(options.dataDir, options.report);
  try {
    const server = await startPrivate(name, options, held);
    const destroy = async () => {
      await server.stop();
      held.release();
      await removeDataFolder(options.dataDir);
    };
    return { ...server, destroy };
  } catch (error) {
    held.release();
    throw error;
  }
}

/** Starts the server from a program or npm with the passwords and ports of the folder, and records it in state.json. */
export async function startPrivate(name: StoreName, options: ResolveOptions, held: HeldFolder): Promise<PrivateServer> {
  const { state, path } = held;
  const common: PrivateOptions = {
    folder: path,
    env: options.env,
    password: state.passwords[name],
    report: options.report,
    preferredPort: state.ports[name],
    // Tests kill servers on purpose.
    keepRunning: options.mode === "start",
    allow: (source) => allowed(options.env, source),
    onSpawn: (process, about) => {
      state.servers[name] = { ...about, process: process.record };
      state.ports[name] = about.port;
      held.save();
    },
  };
  if (name === "nats") return startPrivateNats(common);
  if (name === "redis") return startPrivateRedis(common);
  const account = accountForPostgres();
  if (account === null) {
    throw new StoresError("stores_missing", "PostgreSQL cannot run as root and no other account can be used here");
  }
  const folder = postgresHome(held, account, options);
  const versionFile = join(folder, "postgres", "PG_VERSION");
  const majorVersion = existsSync(versionFile) ? readFileSync(versionFile, "utf8").trim() : undefined;
  try {
    return await startPrivatePostgres({
      ...{ ...common, folder, account, majorVersion, logFolder: path },
      durable: options.mode === "start",
    });
  } catch (error) {
    const noProgram = error instanceof StoresError && error.code === "stores_missing";
    if (majorVersion === undefined || !noProgram) throw error;
    // Going on to docker would start an empty database beside the real one.
    const message = `${folder} holds data of PostgreSQL ${majorVersion}, which is not on this machine: ${error.message}`;
    throw new StoresError("data_folder_unusable", message, { cause: error });
  }
}

/**
 * The folder below which PostgreSQL keeps its files. Usually the data folder itself; when root runs it as another
 * account that cannot get there (a checkout below /root), a folder of the system that it can enter.
 */
function postgresHome(held: HeldFolder, account: Account, options: ResolveOptions): string {
  const known = held.state.postgresHome;
  if (known !== undefined && existsSync(known)) return known;
  if (known !== undefined) options.report(`the PostgreSQL files of this folder are gone from ${known}: starting empty`);
  if (account.type !== "other") return held.path;
  // Others may pass through, not look: every entry inside stays private.
  chmodSync(held.path, 0o711);
  if (accountCanEnter(account, held.path)) return held.path;
  chmodSync(held.path, 0o700);
  for (const parent of options.mode === "test" ? [tmpdir(), "/var/tmp"] : ["/var/lib/parley", "/var/tmp"]) {
    const home = tryHome(parent, account);
    if (home === null) continue;
    held.state.postgresHome = home;
    held.save();
    return home;
  }
  const message = `PostgreSQL cannot run as root, and the account ${account.name} cannot enter ${held.path} or the system's folders`;
  throw new StoresError("data_folder_unusable", message);
}

function tryHome(parent: string, account: Account): string | null {
  try {
    mkdirSync(parent, { recursive: true, mode: 0o755 });
    const home = mkdtempSync(join(parent, "parley-data-"));
    chmodSync(home, 0o711);
    if (accountCanEnter(account, home)) return home;
    rmSync(home, { recursive: true });
    return null;
  } catch {
    return null; // Read-only or missing; the next place is tried.
  }
}

/** PARLEY_STORES_FROM narrows the sources, for example `npm` or `program,docker`; without it all are tried. */
export function allowed(env: NodeJS.ProcessEnv, source: "program" | "npm" | "docker"): boolean {
  const list = env.PARLEY_STORES_FROM;
  return list === undefined || list === "" || list.split(",").includes(source);
}
