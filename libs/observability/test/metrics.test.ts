import { describe, expect, it } from "vitest";
import { createMetrics } from "../src/index.js";

describe("metrics", () => {
  it("gives the same metric for the same name, so that services can share a process", async () => {
    const metrics = createMetrics();
    metrics.counter("a_total", "a", ["outcome"]).inc({ outcome: "ok" });
    metrics.counter("a_total", "a", ["outcome"]).inc({ outcome: "ok" });
    metrics.histogram("b_seconds", "b").observe(0.2);
    metrics.gauge("c", "c").set(4);
    const text = await metrics.text();
    expect(text).toContain('a_total{outcome="ok"} 2');
    expect(text).toContain("b_seconds_count 1");
    expect(text).toContain("c 4");
  });

  it("refuses one name for two types", () => {
    const metrics = createMetrics();
    metrics.counter("a", "a");
    expect(() => metrics.gauge("a", "a")).toThrow(/another type/);
  });

  it("keeps registries of two processes apart", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.counter("only_one_total", "x").inc();
    expect(await two.text()).not.toContain("only_one_total");
  });

  it("adds process metrics on request", async () => {
    expect(await createMetrics({ processMetrics: true }).text()).toContain("process_cpu_seconds_total");
  });

  it("reports the delay of a blocked event loop", async () => {
    const metrics = createMetrics({ processMetrics: true });
    // The first look comes within 375 ms.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    const latest = async (): Promise<number> =>
      Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await metrics.text())?.[1]);
    await expect.poll(latest).toBeGreaterThan(0.5);
  });
});
