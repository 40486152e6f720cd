import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { programOf } from "@parley/testkit";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

export interface ChildOptions {
  /** For people, for example `gateway-2`. */
  name: string;
  /** Package below services/. */
  service: string;
  args?: string[];
  env: Record<string, string>;
  /** Keeps everything it says, not only the end. */
  wholeLog?: boolean;
}

/** One process of the product: started, killed, frozen and started again at the same ports. */
export interface Child {
  readonly name: string;
  readonly service: string;
  readonly opsUrl: string;
  readonly running: boolean;
  readonly pid: number;
  /** Starts it without waiting until it is ready; with a folder, what another checkout has built there. */
  start(build?: string): void;
  /** Resolves when `/readyz` of the ops port says yes. Throws with the last lines of the process after `timeoutMs`. */
  ready(timeoutMs?: number): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it is gone; answers the exit code (null = it was killed after 35 s). */
  stop(): Promise<number | null>;
  freeze(): void;
  thaw(): void;
  /** The first line on standard output that is JSON with a `url`, for `--json`. */
  announced<T>(timeoutMs?: number): Promise<T>;
  /** The last lines it said. */
  tail(): string;
  /** All it ever said with `wholeLog`, else the last lines. */
  log(): string;
}

const TAIL_CHARACTERS = 6_000;
const STOP_MS = 35_000;

/** A process of the product. */
export async function createChild(options: ChildOptions): Promise<Child> {
  const opsPort = await freePort();
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const program = programOf(`services/${options.service}`);
  let child: ChildProcess | undefined;
  let said = "";
  let printed = "";

  const alive = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const gone = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child;
    if (running === undefined || !alive()) return running?.exitCode ?? null;
    const exit = once(running, "exit");
    running.kill(signal);
    const deadline = setTimeout(() => running.kill("SIGKILL"), STOP_MS);
    await exit;
    clearTimeout(deadline);
    return running.exitCode;
  };

  return {
    name: options.name,
    service: options.service,
    opsUrl,
    get running() {
      return alive();
    },
    get pid() {
      return child?.pid ?? 0;
    },
    start(build) {
      if (alive()) throw new Error(`${options.name} runs already`);
      printed = "";
      const entry = build === undefined ? program : [join(build, `services/${options.service}/dist/main.js`)];
      child = spawn(process.execPath, [...entry, ...(options.args ?? [])], {
        cwd: build ?? ROOT,
        env: {
          ...baseEnvironment(),
          DEMO_WEEK: "off",
          ...options.env,
          OPS_PORT: String(opsPort),
          OPS_HOST: "127.0.0.1",
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const keep = (text: string): void => {
        said += text;
        if (!options.wholeLog) said = said.slice(-TAIL_CHARACTERS);
      };
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        printed += printed.length < 100_000 ? text : "";
        keep(text);
      });
      child.stderr?.setEncoding("utf8").on("data", keep);
      child.on("error", (error) => keep(`${error.message}\n`));
    },
    async ready(timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        if (await answersReady(opsUrl)) return;
        if (!alive()) throw new Error(`${options.name} ended while starting:\n${said}`);
        if (Date.now() > deadline) throw new Error(`${options.name} is not ready after ${timeoutMs} ms:\n${said}`);
        await delay(50);
      }
    },
    kill: async () => void (await gone("SIGKILL")),
    stop: () => gone("SIGTERM"),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    async announced<T>(timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const line = printed.split("\n").find((text) => text.startsWith('{"url"'));
        // Test equipment: the caller names the documented shape of the line.
        if (line !== undefined) return JSON.parse(line) as T;
        if (!alive() || Date.now() > deadline) throw new Error(`${options.name} announced nothing:\n${said}`);
        await delay(50);
      }
    },
    tail: () => `── ${options.name} ──\n${said.slice(-TAIL_CHARACTERS)}`,
    log: () => said,
  };
}

/** Nothing of the product's own settings leaks in from the shell that runs the tests. */
function baseEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "TMPDIR", "LANG", "PARLEY_POSTGRES_BIN", "PARLEY_NATS_SERVER", "PARLEY_REDIS_SERVER"];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function answersReady(opsUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${opsUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Below the ports that systems give to outgoing connections: of those one may be taken before its process listens, or while it is killed. */
const PORTS = { first: 20_000, count: 12_000 };
const given = new Set<number>();

/** A port that nobody listens on, and that this process has not given out before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS.count; tries += 1) {
    const port = PORTS.first + randomInt(PORTS.count);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port between ${PORTS.first} and ${PORTS.first + PORTS.count}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
