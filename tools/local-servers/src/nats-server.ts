import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, RequestError } from "@nats-io/transport-node";
import { StoresError } from "./contract.js";
import { type ServerProcess, startServer, waitUntilReady } from "./server-process.js";
import { isAtLeast, minimumVersions } from "./versions.js";

const user = "parley";
/** The users that the deployment has too; from `src` and from `dist` alike. */
const usersFile = join(dirname(fileURLToPath(import.meta.url)), "../../../deploy/nats/users.conf");

export interface NatsSettings {
  program: string;
  /** Folder for the settings, the JetStream store and nothing else. */
  folder: string;
  logFile: string;
  port: number;
  password: string;
  onSpawn?: (process: ServerProcess) => void;
  onUnexpectedExit?: (how: string) => void;
}

/**
 * Starts NATS with JetStream and waits until JetStream answers.
 *
 * @throws StoresError `server_did_not_start` with the end of the server's log.
 */
export async function startNatsServer(
  settings: NatsSettings,
): Promise<{ process: ServerProcess; url: string; version: string }> {
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  const file = join(settings.folder, "nats.conf");
  writeFileSync(file, natsConfiguration(settings), { mode: 0o600 });
  const server = await startServer({
    name: "NATS",
    program: settings.program,
    args: ["-c", file],
    marker: file,
    logFile: settings.logFile,
    account: { type: "self" },
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC", ...passwords(settings.password) },
    stopSignal: "SIGTERM",
    onUnexpectedExit: settings.onUnexpectedExit,
  });
  settings.onSpawn?.(server);
  const url = `nats://${user}:${settings.password}@127.0.0.1:${settings.port}`;
  const watched = { name: "NATS", process: server, logFile: settings.logFile };
  const version = await waitUntilReady(watched, () => askNats(url), 60_000);
  return { process: server, url, version };
}

/** Settings of a private NATS server: loopback only, JetStream on disk, messages up to 1 MB. */
function natsConfiguration(settings: { folder: string; port: number }): string {
  // The store may be lost (the database decides), so the server's own flush interval is kept.
  return [
    `listen: "127.0.0.1:${settings.port}"`,
    "server_name: parley",
    "max_payload: 1MB",
    `jetstream { store_dir: ${JSON.stringify(join(settings.folder, "jetstream"))}, max_mem: 256MB, max_file: 10GB }`,
    `authorization {\n${readFileSync(usersFile, "utf8")}}`,
    "",
  ].join("\n");
}

/** The address of a private server for one service, which may do there only what the service needs. */
export function natsUrlOf(url: string, service: string): string {
  const own = new URL(url);
  own.username = service;
  own.password = passwordOf(service, own.password);
  return own.href;
}

/** Passwords by variable of the server. Those of the services follow from that of the data folder. */
function passwords(password: string): Record<string, string> {
  const all: Record<string, string> = { NATS_PASSWORD: password };
  const services = readFileSync(usersFile, "utf8").matchAll(/user: (\S+), password: \$(NATS_\w+_PASSWORD)/g);
  for (const [, service = "", variable = ""] of services) all[variable] = passwordOf(service, password);
  // In quotes: the server reads a bare value that begins with a digit as a number.
  return Object.fromEntries(Object.entries(all).map(([variable, value]) => [variable, JSON.stringify(value)]));
}

const passwordOf = (service: string, password: string): string =>
  createHmac("sha256", password).update(service).digest("base64url");

/**
 * Connects, asks for the JetStream account and returns the server's version. Several addresses may be given,
 * separated by commas; credentials are taken from the first.
 *
 * @throws the client's error when no address answers within 5 s or JetStream is off; StoresError `version_too_old`.
 */
export async function askNats(urls: string): Promise<string> {
  const addresses = urls.split(",").map((address) => new URL(address.includes("://") ? address : `nats://${address}`));
  const first = addresses[0];
  const username = decodeURIComponent(first?.username ?? "");
  const password = decodeURIComponent(first?.password ?? "");
  const connection = await connect({
    servers: addresses.map((address) => address.host),
    ...(username === "" ? {} : password === "" ? { token: username } : { user: username, pass: password }),
    ...(addresses.some((address) => address.protocol === "tls:") ? { tls: {} } : {}),
    name: "parley-readiness",
    reconnect: false,
    timeout: 5_000,
  });
  try {
    const version = connection.info?.version ?? "0";
    if (!isAtLeast(version, minimumVersions.nats)) {
      const message = `NATS ${version} is too old, ${minimumVersions.nats} or newer is needed`;
      throw new StoresError("version_too_old", message);
    }
    const off = `JetStream is off on the server at ${first?.host}; start it with -js or with a jetstream block`;
    const answer = await connection.request("$JS.API.INFO", "", { timeout: 5_000 }).catch((error: unknown) => {
      throw error instanceof RequestError && error.isNoResponders() ? new Error(off, { cause: error }) : error;
    });
    const account = answer.json<{ error?: { description?: string } }>();
    if (account.error) throw new Error(`${off} (${account.error.description ?? "no reason given"})`);
    return version;
  } finally {
    await connection.close();
  }
}
