import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf, StoresError } from "./contract.js";
import { folderOf, type Program } from "./find-programs.js";
import { withPostgresClient } from "./postgres-client.js";
import { identifyProcess } from "./process-identity.js";
import { type Account, giveTo, wrapCommand } from "./run-as.js";
import { type ServerProcess, startServer, waitUntilReady } from "./server-process.js";
import { isAtLeast, minimumVersions, versionIn } from "./versions.js";

/** Owner of the private cluster, a superuser. The application never connects as this role. */
const ownerRole = "parley_owner";
/** Database of the product inside the private cluster. */
const databaseName = "parley";

export interface PostgresSettings {
  program: Program;
  /** Data folder of the cluster; its parent must be a folder the account can enter. */
  dataFolder: string;
  logFile: string;
  port: number;
  password: string;
  account: Account;
  /** False gives up surviving a power cut (a killed process loses nothing) for speed: test runs only. */
  durable: boolean;
  /** Called as soon as the process exists, before it answers. */
  onSpawn?: (process: ServerProcess) => void;
  onUnexpectedExit?: (how: string) => void;
}

/**
 * Makes the cluster when it does not exist, starts it and waits for `select 1`.
 *
 * @throws StoresError `server_did_not_start` with the end of the server's log.
 */
export async function startPostgresServer(
  settings: PostgresSettings,
): Promise<{ process: ServerProcess; url: string }> {
  if (!existsSync(join(settings.dataFolder, "PG_VERSION"))) await makeCluster(settings);
  removeStalePidFile(settings.dataFolder);
  const server = await startServer({
    name: "PostgreSQL",
    program: settings.program.path,
    args: serverArguments(settings),
    marker: settings.dataFolder,
    logFile: settings.logFile,
    account: settings.account,
    stopSignal: "SIGINT", // Fast shutdown: sessions are ended, a checkpoint is written.
    onUnexpectedExit: settings.onUnexpectedExit,
  });
  settings.onSpawn?.(server);
  const url = (database: string) =>
    `postgres://${ownerRole}:${settings.password}@127.0.0.1:${settings.port}/${database}`;
  const watched = { name: "PostgreSQL", process: server, logFile: settings.logFile };
  // Replaying the log after a crash can take minutes on a large cluster; the wait still ends.
  await waitUntilReady(watched, () => askPostgres(url("postgres")), 180_000);
  await makeDatabase(url("postgres"));
  return { process: server, url: url(databaseName) };
}

/**
 * Asks `select 1` and the version of the server behind the address.
 *
 * @throws the driver's error when the address does not answer within 5 s; StoresError `version_too_old`.
 */
export async function askPostgres(url: string): Promise<string> {
  return withPostgresClient(url, async (client) => {
    await client.query("select 1");
    const answer = await client.query<{ server_version: string }>("show server_version");
    const version = versionIn(answer.rows[0]?.server_version ?? "") ?? "0";
    if (isAtLeast(version, minimumVersions.postgres)) return version;
    const message = `PostgreSQL ${version} is too old, ${minimumVersions.postgres} or newer is needed`;
    throw new StoresError("version_too_old", message);
  });
}

async function makeDatabase(url: string): Promise<void> {
  await withPostgresClient(url, async (client) => {
    const known = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (known.rowCount === 0) await client.query(`create database ${databaseName}`);
  });
}

function serverArguments(settings: PostgresSettings): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: "127.0.0.1",
    port: settings.port,
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    // Turns are short statements; compiling them costs more than it saves.
    jit: "off",
    max_wal_size: "512MB",
    log_timezone: "UTC",
    timezone: "UTC",
    lc_messages: "C",
    logging_collector: "off",
    // Error details and failing statements hold what people wrote; the log must not.
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    ...(settings.durable ? {} : { fsync: "off", full_page_writes: "off", wal_level: "minimal", max_wal_senders: 0 }),
  };
  return ["-D", settings.dataFolder, ...Object.entries(values).flatMap(([key, value]) => ["-c", `${key}=${value}`])];
}

async function makeCluster(settings: PostgresSettings): Promise<void> {
  // What is there without PG_VERSION is the rest of an interrupted initdb.
  rmSync(settings.dataFolder, { recursive: true, force: true });
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  chmodSync(settings.dataFolder, 0o700);
  giveTo(settings.account, settings.dataFolder);
  const passwordFile = `${settings.dataFolder}.password`;
  writeFileSync(passwordFile, `${settings.password}\n`, { mode: 0o600 });
  giveTo(settings.account, passwordFile);
  try {
    // Unicode-aware upper and lower case, code point order. Slim systems may lack the first choice.
    const failures: string[] = [];
    for (const locale of [process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8", "C"]) {
      const failure = await initdb(settings, passwordFile, locale);
      if (failure === null) return;
      failures.push(failure);
    }
    throw new StoresError("server_did_not_start", `initdb failed: ${failures[0]}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function initdb(settings: PostgresSettings, passwordFile: string, locale: string): Promise<string | null> {
  const args = [
    ...["-D", settings.dataFolder, "-U", ownerRole, "--pwfile", passwordFile, "--auth=scram-sha-256"],
    ...["--encoding=UTF8", `--locale=${locale}`, ...(settings.durable ? [] : ["--no-sync"])],
  ];
  const wrapped = wrapCommand(settings.account, join(folderOf(settings.program), "initdb"), args);
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
    const child = spawn(wrapped.program, wrapped.args, {
      ...wrapped.identity,
      cwd: "/",
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = `${complaint}${text}`.slice(-2_000);
    });
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("close", (code) =>
      resolve(code === 0 ? null : complaint.trim().replaceAll("\n", " ") || `code ${code}`),
    );
  });
}

/**
 * After a hard stop the pid file stays. PostgreSQL checks only whether the number is in use, so a number that
 * belongs to another program by now would keep it from starting forever.
 */
function removeStalePidFile(dataFolder: string): void {
  const file = join(dataFolder, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  const running = identifyProcess(pid);
  if (running === null || !running.command.includes(dataFolder)) rmSync(file, { force: true });
}
