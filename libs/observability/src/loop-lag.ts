import { createHistogram, type EventLoopUtilization, performance } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

/** Mean pause between two looks at the event loop, milliseconds. A wake-up for each is most of what an idle process would do. */
const PAUSE_MS = { working: 250, idle: 5_000 };
/** Of its time, below which a process is idle: then nothing can have held the loop up for longer than this share of a pause. */
const IDLE_SHARE = 0.01;
const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/**
 * Measures how late the event loop runs what is due, under the names that prom-client gives these numbers; since the scrape before. The pauses
 * vary, because with equal ones a loop whose rounds are equally long would always be looked at in the same part of its round.
 */
export function measureLoopLag(register: Registry): void {
  const lag = createHistogram();
  const values: [string, () => number][] = [
    ["min", () => lag.min],
    ["max", () => lag.max],
    ["mean", () => lag.mean],
    ["stddev", () => lag.stddev],
    ["p50", () => lag.percentile(50)],
    ["p90", () => lag.percentile(90)],
    ["p99", () => lag.percentile(99)],
  ];
  // The first one asked sets all, so that they are of the same looks; without a look since then they stay.
  const collect = (): void => {
    if (lag.count === 0) return;
    for (const { gauge, value } of gauges) gauge.set(value() / NS_PER_SECOND);
    lag.reset();
  };
  const gauges = values.map(([name, value], index) => {
    const gauge = new Gauge({
      name: `nodejs_eventloop_lag_${name}_seconds`,
      help: `How late the event loop ran what was due, since the last scrape: ${name}`,
      registers: [register],
      ...(index === 0 ? { collect } : {}),
    });
    return { gauge, value };
  });
  let used: EventLoopUtilization = performance.eventLoopUtilization();
  const lookIn = (meanMs: number): void => {
    const dueAt = performance.now() + meanMs * (0.5 + Math.random());
    const look = (): void => {
      lag.record(Math.max(1, Math.round((performance.now() - dueAt) * NS_PER_MS)));
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, used);
      used = now;
      lookIn(utilization < IDLE_SHARE ? PAUSE_MS.idle : PAUSE_MS.working);
    };
    setTimeout(look, dueAt - performance.now()).unref();
  };
  lookIn(PAUSE_MS.working);
}
