import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { programOf, testServers } from "@parley/testkit";
import { SECRET_KEY, type TurnHarness } from "./turn-harness.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface CrashingRunner {
  /** Resolves with the signal that ended it. */
  ended: Promise<NodeJS.Signals | null>;
  kill(): void;
}

/** A runner in a process of its own that ends itself at this point, as if killed. */
export function crashingRunner(h: TurnHarness, at: string, env: Record<string, string> = {}): CrashingRunner {
  const child: ChildProcess = spawn(process.execPath, programOf("services/agent-runner"), {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      ...{ ALLOW_TEST_HOOKS: "1", CRASH_AT: at, LEASE_MS: "1000", POLL_INTERVAL_MS: "100", OPS_PORT: "0" },
      ...{ DATABASE_URL: h.databaseUrl, NATS_URL: h.nats.url, REDIS_URL: testServers().redisUrl },
      ...{ MODEL: "scripted", SCRIPTED_PACE_MS: "0", SECRET_KEY },
      ...env,
    },
  });
  const ended = once(child, "exit").then(([, signal]: unknown[]) => (signal === "SIGKILL" ? signal : null));
  return { ended, kill: () => child.kill("SIGKILL") };
}
