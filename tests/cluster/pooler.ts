import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { freePort, ROOT } from "./child-process.js";

/** PgBouncer in transaction mode, with the settings that docs/kubernetes.md asks for. */
export interface Pooler {
  /** Address for the services, whose login is only a member of parley_app. */
  url: string;
  login: string;
  /** Kills it (SIGKILL) and starts a new one at the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Connections from the pooler to the server, fewer than the services open to the pooler. */
export const POOL_SIZE = 15;

const guide = readFileSync(join(ROOT, "docs/kubernetes.md"), "utf8");
/** The setting that the guide names: the first group of the pattern. */
function setting(pattern: RegExp): string {
  const found = pattern.exec(guide)?.[1];
  if (found === undefined) throw new Error(`docs/kubernetes.md has no ${pattern.source}`);
  return found;
}

const env = { ...process.env, PATH: [process.env.PATH, "/usr/sbin", join(ROOT, ".data/programs/bin")].join(delimiter) };

/** PgBouncer supports prepared statements from 1.21 on; for older ones the address tells the services not to use them. */
function supportsPrepared(): boolean {
  const said = spawnSync("pgbouncer", ["--version"], { env, encoding: "utf8" }).stdout;
  return Number(/^PgBouncer 1\.(\d+)/.exec(said)?.[1]) >= 21;
}

/** Starts PgBouncer in front of the database of `adminUrl`, whose owner can create logins. */
export async function startPooler(adminUrl: string): Promise<Pooler> {
  const login = `pooled_${randomBytes(6).toString("hex")}`;
  const defaults = setting(/```sql\n(alter role [\s\S]*?)```/).replaceAll("parley_login", login);
  const asOwner = (statement: string) => withPostgresClient(adminUrl, (client) => client.query(statement));
  await asOwner(`create role ${login} login noinherit password 'x' in role parley_app; ${defaults}`);
  const url = new URL(adminUrl);
  const settings = [
    `[databases]\n* = host=${url.hostname} port=${url.port}\n[pgbouncer]`,
    setting(/`(ignore_startup_parameters = [^`]+)`/),
    ...(supportsPrepared() ? [setting(/`(max_prepared_statements = \d+)`/)] : []),
  ];
  const port = await freePort();
  Object.assign(url, { hostname: "127.0.0.1", port: String(port), username: login, password: "x" });
  if (!supportsPrepared()) url.search = setting(/`\?(prepared_statements=false)`/);
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));
  const file = writeSettings(folder, { settings, login, port });
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn("pgbouncer", ["-q", file], { env, stdio: "ignore" });
    await eventually(() => withPostgresClient(url.toString(), async () => true));
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  await start();
  return {
    ...{ url: url.toString(), login },
    restart: async () => {
      await kill();
      await start();
    },
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
      await asOwner(`drop role ${login}`);
    },
  };
}

function writeSettings(folder: string, of: { settings: string[]; login: string; port: number }): string {
  const file = join(folder, "pgbouncer.ini");
  const users = join(folder, "users.txt");
  writeFileSync(users, `"${of.login}" "x"\n`);
  const lines = [
    ...of.settings,
    ...["pool_mode = transaction", `default_pool_size = ${POOL_SIZE}`, "max_client_conn = 500"],
    ...["listen_addr = 127.0.0.1", `listen_port = ${of.port}`, "unix_socket_dir ="],
    ...["auth_type = plain", `auth_file = ${users}`],
    // PgBouncer refuses to run as root.
    ...(process.getuid?.() === 0 ? ["user = nobody"] : []),
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  chmodSync(folder, 0o755);
  return file;
}
