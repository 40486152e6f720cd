import { mkdirSync, writeFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { type ServerProcess, startServer, waitUntilReady } from "./server-process.js";
import { versionIn } from "./versions.js";

export interface RedisSettings {
  program: string;
  folder: string;
  logFile: string;
  port: number;
  password: string;
  onSpawn?: (process: ServerProcess) => void;
  onUnexpectedExit?: (how: string) => void;
}

/**
 * Starts Redis without persistence (its content may be lost at any time) and waits for PING.
 *
 * @throws StoresError `server_did_not_start` with the end of the server's log.
 */
export async function startRedisServer(settings: RedisSettings): Promise<{ process: ServerProcess; url: string }> {
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  const file = join(settings.folder, "redis.conf");
  // The password goes through a private file: command lines can be read by every account of the machine.
  writeFileSync(file, redisConfiguration(settings), { mode: 0o600 });
  const server = await startServer({
    name: "Redis",
    program: settings.program,
    args: [file],
    marker: file,
    logFile: settings.logFile,
    account: { type: "self" },
    stopSignal: "SIGTERM",
    onUnexpectedExit: settings.onUnexpectedExit,
  });
  settings.onSpawn?.(server);
  const url = `redis://:${settings.password}@127.0.0.1:${settings.port}`;
  const watched = { name: "Redis", process: server, logFile: settings.logFile };
  await waitUntilReady(watched, () => askRedis(url), 60_000);
  return { process: server, url };
}

/** Settings of a private Redis: loopback only, password, memory only, full means an error and not silent eviction. */
function redisConfiguration(settings: { folder: string; port: number; password: string }): string {
  return [
    "bind 127.0.0.1",
    `port ${settings.port}`,
    "protected-mode yes",
    `requirepass ${settings.password}`,
    'save ""',
    "appendonly no",
    "maxmemory 256mb",
    "maxmemory-policy noeviction",
    // Its own housekeeping, ten times a second by default, is what an idle one takes.
    "hz 1",
    `dir ${JSON.stringify(settings.folder)}`,
    "daemonize no",
    // The title would replace the command line, and with it the file name that marks this server as ours.
    "set-proc-title no",
    "",
  ].join("\n");
}

/**
 * Signs in, asks PING and returns the version the server reports.
 *
 * @throws an Error when the address does not answer within 5 s or refuses.
 */
export async function askRedis(address: string): Promise<string> {
  const url = new URL(address);
  const password = decodeURIComponent(url.password);
  const user = decodeURIComponent(url.username);
  const commands = [["PING"], ["INFO", "server"]];
  if (password !== "") commands.unshift(user === "" ? ["AUTH", password] : ["AUTH", user, password]);
  const target = { host: url.hostname, port: Number(url.port || 6379) };
  const socket =
    url.protocol === "rediss:" ? connectTls({ ...target, servername: url.hostname }) : connectPlain(target);
  const reply = await converse(socket, commands.map(encodeCommand).join(""));
  if (!reply.includes("+PONG")) throw new Error("the server did not answer PING");
  return versionIn(/(?:valkey|redis)_version:(\S+)/.exec(reply)?.[1] ?? "") ?? "unknown";
}

function encodeCommand(parts: string[]): string {
  return `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`;
}

function converse(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = "";
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(5_000, () => fail(new Error("no answer in 5 s")));
    socket.once("error", fail);
    socket.once("close", () => fail(new Error("the connection was closed")));
    socket.setEncoding("utf8").on("data", (text: string) => {
      reply += text;
      const refusal = /^-(.*)\r$/m.exec(reply);
      if (refusal) return fail(new Error(refusal[1]));
      // The answer to INFO is the last one and ends with an empty line.
      if (/redis_version:[\s\S]*\r\n$/.test(reply)) {
        socket.destroy();
        resolve(reply);
      }
    });
    socket.write(request);
  });
}
