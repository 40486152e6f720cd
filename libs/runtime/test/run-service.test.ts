import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createLogger, createMetrics } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { COPIES_WITHIN_MS } from "../src/ending-signals.js";
import { createLifecycle, createOpsServer } from "../src/index.js";

const FIXTURE = fileURLToPath(new URL("./fixtures/service.ts", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--conditions=parley-source", "--import", "tsx", FIXTURE], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return {
    child,
    exited,
    output: () => output,
    says: (text: string) =>
      new Promise<void>((resolve, reject) => {
        if (output.includes(text)) resolve();
        waiting.push({ text, resolve });
        void exited.then(() => reject(new Error(`ended without ${text}: ${output}`)));
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("runService", () => {
  it("answers probes and metrics, stops in order on SIGTERM and exits with 0", async () => {
    const port = await freePort();
    const service = run({ MUST: "x", OPS_PORT: String(port), OPS_HOST: "127.0.0.1" });
    await service.says('"msg":"started"');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ ready: true, checks: { worker: { ok: true }, fixture: { ok: true } } });
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain("process_cpu_seconds_total");
    service.child.kill("SIGTERM");
    expect(await service.exited).toBe(0);
    expect(service.output()).toContain("DOWN");
  });

  it("uses the next free port for probes when none is configured, so that two on one host both start", async () => {
    const ports: number[] = [];
    for (let n = 0; n < 2; n += 1) {
      const service = run({ MUST: "x", LOG_LEVEL: "INFO" });
      await service.says('"msg":"started"');
      const [, port] = /"port":(\d+),"msg":"ops.listening"/.exec(service.output()) ?? [];
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
      ports.push(Number(port));
    }
    for (const port of ports) expect(port >= 9_090 && port <= 9_109).toBe(true);
    expect(new Set(ports).size).toBe(2);
  });

  it("does not start when the configured port for probes is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const service = run({ MUST: "x", OPS_PORT: String(port) });
    expect(await service.exited).toBe(1);
    expect(service.output()).toContain("EADDRINUSE");
    taken.close();
  });

  it.each(["debug", "DEBUG", "Debug"])("logs at %s", async (LOG_LEVEL) => {
    const service = run({ MUST: "x", OPS_PORT: "0", LOG_LEVEL });
    await service.says('"msg":"part.started"');
    service.child.kill("SIGTERM");
    expect(await service.exited).toBe(0);
    expect(service.output()).not.toContain("ops.listening");
  });

  it("prints all configuration mistakes and exits with 2", async () => {
    const service = run({});
    expect(await service.exited).toBe(2);
    expect(service.output()).toContain("MUST: is required (Has to be there)");
  });

  it("exits with 1 when a part cannot start", async () => {
    const service = run({ MUST: "x", FAIL: "start" });
    expect(await service.exited).toBe(1);
    expect(service.output()).toContain('"msg":"start.failed"');
  });

  it("stops cleanly but exits with 1 after an unhandled rejection", async () => {
    const service = run({ MUST: "x", FAIL: "later" });
    expect(await service.exited).toBe(1);
    expect(service.output()).toContain('"msg":"uncaught"');
    expect(service.output()).toContain("DOWN");
  });

  it("treats further signals within two seconds as copies: it drains once and exits with 0", async () => {
    const service = run({ MUST: "x", FAIL: "slow stop" });
    await service.says('"msg":"started"');
    for (const signal of ["SIGTERM", "SIGTERM", "SIGINT", "SIGTERM"] as const) service.child.kill(signal);
    await service.says("DOWN");
    service.child.kill("SIGTERM");
    expect(await service.exited).toBe(0);
    expect(service.output().match(/DOWN/g)).toHaveLength(1);
    expect(service.output()).toContain("DRAINED");
  });

  it.each([
    ["as a log line", {}, '"msg":"exit.forced"', "Stopped at once"],
    ["in the words it was given, and without a log line", { HUMAN: "1" }, "Stopped at once", '"msg":"exit.forced"'],
  ])(
    "ends at once with 1 on a second signal more than two seconds after the first and says so %s",
    async (_, env, said, unsaid) => {
      const service = run({ MUST: "x", FAIL: "stop", ...env });
      await service.says('"msg":"started"');
      service.child.kill("SIGINT");
      await service.says("DOWN");
      // The time between the two signals is what the guarantee is about.
      await delay(COPIES_WITHIN_MS + 200);
      service.child.kill("SIGINT");
      expect(await service.exited).toBe(1);
      expect(service.output()).toContain(said);
      expect(service.output()).not.toContain(unsaid);
    },
  );
});

describe("ops server", () => {
  it("is alive but not ready while a dependency is missing", async () => {
    const logger = createLogger({ service: "test", level: "silent" });
    const lifecycle = createLifecycle({ name: "svc", logger });
    lifecycle.add({ name: "db", ready: async () => "no connection" });
    await lifecycle.start();
    const ops = createOpsServer({ lifecycle, metrics: createMetrics(), logger, host: "127.0.0.1", port: 0 });
    await ops.start();
    const base = `http://127.0.0.1:${ops.port()}`;
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    const ready = await fetch(`${base}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ checks: { db: { detail: "no connection" } } });
    expect((await fetch(`${base}/other`)).status).toBe(404);
    expect((await fetch(`${base}/healthz`, { method: "POST" })).status).toBe(405);
    await ops.stop();
  });
});
