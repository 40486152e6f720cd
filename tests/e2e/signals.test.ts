import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { removeDataFolder } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import type { Announcement } from "./first-start.js";

const started: { child: ChildProcess; dataDir: string }[] = [];
afterEach(async () => {
  for (const { child, dataDir } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await removeDataFolder(dataDir);
  }
});

/** `npm start -- --json` as a shell or a CI runner starts it: leader of a process group of its own. */
async function npmStart(env: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-test-"));
  const kept = ["PATH", "HOME", "TMPDIR", "PARLEY_POSTGRES_BIN", "PARLEY_NATS_SERVER", "PARLEY_REDIS_SERVER"];
  const own = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = spawn("npm", ["start", "--", "--json", "--port", "0", "--data", dataDir], {
    cwd: ROOT,
    detached: true,
    env: { ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push({ child, dataDir });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  const closed = once(child, "close");
  return { dataDir, said, closed, signal: (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name) };
}

/** Command lines of the processes that work on the folder: npm, shell, bootstrap, services, PostgreSQL, NATS, Redis. */
function processesOf(dataDir: string): string[] {
  if (process.platform !== "linux") {
    const all = spawnSync("ps", ["-axww", "-o", "command="], { encoding: "utf8" }).stdout.split("\n");
    return all.filter((command) => command.includes(dataDir));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return ""; // It ended in between.
      }
    })
    .filter((command) => command.includes(dataDir));
}

const announced = async (product: Awaited<ReturnType<typeof npmStart>>): Promise<Announcement> => {
  const line = await eventually(() => product.said.out.includes("\n") && product.said.out, { timeoutMs: 120_000 });
  // Our own documented line; other text on standard output ends the test here.
  return JSON.parse(line) as Announcement;
};

describe("signals to the process group of npm start", { timeout: 180_000 }, () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s drains, stops every process, and standard output stays one line of JSON",
    async (signal) => {
      const product = await npmStart();
      expect((await announced(product)).url).toMatch(/^http:/);
      for (const name of ["postgres", "nats-server", "redis-server"])
        expect(processesOf(product.dataDir).some((command) => command.includes(name))).toBe(true);
      product.signal(signal);
      await eventually(() => processesOf(product.dataDir).length === 0, { timeoutMs: 30_000 });
      await product.closed;
      expect(product.said.out.trim().split("\n")).toHaveLength(1);
      expect(product.said.err.match(/schema brought to/g)).toHaveLength(1);
      expect(product.said.err).not.toContain("exit.forced");
      // In order: no service lost a server it still needed.
      expect(product.said.err).not.toMatch(/"level":"(error|fatal)"|ended unexpectedly/);
    },
  );

  it("leaves nothing behind when it comes while the servers start", async () => {
    const product = await npmStart();
    await eventually(() => processesOf(product.dataDir).some((command) => command.includes("nats")), {
      timeoutMs: 120_000,
      intervalMs: 5,
    });
    product.signal("SIGTERM");
    await eventually(() => processesOf(product.dataDir).length === 0, { timeoutMs: 30_000 });
  });

  it("a second one more than two seconds later ends the servers too", async () => {
    // The drain lasts this long.
    const product = await npmStart({ DRAIN_DELAY_SECONDS: "20" });
    await announced(product);
    product.signal("SIGINT");
    // The time between the two signals is what the guarantee is about.
    await delay(2_200);
    expect(processesOf(product.dataDir).length).toBeGreaterThan(3);
    product.signal("SIGINT");
    await eventually(() => processesOf(product.dataDir).length === 0, { timeoutMs: 10_000 });
  });
});
