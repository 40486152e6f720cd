import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type PoisonedWorld, startPoisonedWorld } from "../dead-letters/poisoned-world.js";
import { type ProxyHabits, startProxy } from "./proxy.js";
import { objectsOf, runProgram } from "./run-program.js";

const PROXY = "127.0.0.1";
const VISITOR = "198.51.100.7";

describe("doctor before a real gateway", { timeout: 60_000 }, () => {
  const worlds: PoisonedWorld[] = [];
  /** By what TRUSTED_PROXIES says. */
  let trusting: PoisonedWorld;
  let trustless: PoisonedWorld;
  const proxies: { close(): void }[] = [];
  beforeAll(async () => {
    trusting = await startPoisonedWorld({ TRUSTED_PROXIES: PROXY });
    trustless = await startPoisonedWorld({ TRUSTED_PROXIES: "" });
    worlds.push(trusting, trustless);
  }, 90_000);
  afterEach(() => {
    for (const proxy of proxies.splice(0)) proxy.close();
  });
  afterAll(async () => {
    for (const world of worlds) await world.close();
  }, 60_000);

  /** What doctor finds, by check, and its exit code. */
  const examine = async (world: PoisonedWorld, habits: ProxyHabits | null) => {
    const proxy = habits === null ? null : await startProxy(world.url, habits);
    if (proxy !== null) proxies.push(proxy);
    const env = { PARLEY_URL: proxy?.url ?? world.url, PARLEY_TENANT: world.tenantId, ADMIN_API_KEY: world.adminKey };
    const ran = await runProgram(["doctor", "-a", world.agentId, "--json"], env);
    const [report] = objectsOf(ran) as [{ ok: boolean; checks: { check: string; state: string; detail: string }[] }];
    const found = Object.fromEntries(report.checks.map(({ check, state, detail }) => [check, `${state}: ${detail}`]));
    return { code: ran.code, found };
  };

  it("finds nothing wrong behind a trusted proxy that forwards events and names its caller", async () => {
    const { code, found } = await examine(trusting, { appends: VISITOR });
    expect(found).toMatchObject({
      ...{ reachable: expect.stringMatching(/^ok/), clock: expect.stringMatching(/^ok/) },
      ...{ ready: expect.stringMatching(/^ok/), key: expect.stringMatching(/^ok/) },
      ...{ address: `ok: the gateway sees ${VISITOR}`, streaming: expect.stringMatching(/^ok: first event after/) },
    });
    expect(code).toBe(0);
  });

  it("finds a proxy that buffers", async () => {
    const { code, found } = await examine(trusting, { appends: VISITOR, buffers: true });
    expect(found.streaming).toMatch(/^failed: no event within .+ buffers/);
    expect(code).toBe(1);
  });

  it("finds a clock that is off, and how far", async () => {
    const near = await examine(trusting, { appends: VISITOR, skewMs: -60_000 });
    expect(near.found.clock).toMatch(/^warning: (5[5-9]|6[0-5]) s ahead of the server/);
    expect(near.code).toBe(0);
    const far = await examine(trusting, { appends: VISITOR, skewMs: 600_000 });
    expect(far.found.clock).toMatch(/^failed: (59[5-9]|60[0-5]) s behind the server/);
    expect(far.code).toBe(1);
  });

  it("finds a proxy that is not in TRUSTED_PROXIES: all visitors are one", async () => {
    const { code, found } = await examine(trustless, { appends: VISITOR });
    expect(found.address).toBe(
      `failed: the gateway takes its proxy ${PROXY} for every visitor; add that address to TRUSTED_PROXIES`,
    );
    expect(code).toBe(1);
  });

  it("finds that the gateway accepts invented addresses, and tells a trusted machine from a careless proxy", async () => {
    // A proxy that hands on what its caller invents, and says nothing itself.
    const careless = await examine(trusting, {});
    expect(careless.found.address).toMatch(/^warning: this machine \(127\.0\.0\.1\) is in TRUSTED_PROXIES/);
    expect((await examine(trustless, null)).found.address).toMatch(/^ok: the gateway sees 127\.0\.0\.1$/);
  });

  // Last: it takes the bus away.
  it("finds a missing dependency", async () => {
    await trustless.stopNats();
    await expect
      .poll(async () => (await examine(trustless, null)).found.ready, { timeout: 60_000 })
      .toMatch(/^failed: without .*bus|nats/);
  }, 90_000);
});
