import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startNats } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let nats: Awaited<ReturnType<typeof startNats>>;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.destroy());

const FIXTURE = fileURLToPath(new URL("./fixtures/leave.ts", import.meta.url));

describe("a process that leaves the bus", () => {
  it.each([
    ["drain", () => nats.url],
    ["close", () => nats.url],
    ["drain", () => "nats://127.0.0.1:1"],
  ])("ends by itself after %s (%#)", async (how, url) => {
    const child = spawn(process.execPath, ["--conditions=parley-source", "--import", "tsx", FIXTURE], {
      env: { PATH: process.env.PATH ?? "", FIXTURE_URL: url(), FIXTURE_HOW: how },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    const said = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
    const left = performance.now();
    const kill = setTimeout(() => child.kill("SIGKILL"), 10_000);
    expect(await exited).toBe(0);
    clearTimeout(kill);
    expect(said).toBe("left\n");
    expect(performance.now() - left).toBeLessThan(2_000);
  });
});
