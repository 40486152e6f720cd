import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from "prom-client";
import { measureLoopLag } from "./loop-lag.js";

export type { Counter, Histogram } from "prom-client";

/** The longest pause that the monitor of the event loop takes. */
const NEVER_MS = 2 ** 31 - 1;

/** Buckets in seconds from half a millisecond (a bus call) to a minute (a slow model). */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Metrics of one process. Asking again for a name gives the metric that exists, because several services in one process
 * (standalone) share one registry. Label values must come from a small fixed set; never ids.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: string[]): Counter<string>;
  histogram(name: string, help: string, buckets?: number[], labels?: string[]): Histogram<string>;
  gauge(name: string, help: string): Gauge;
  /** Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * @param options.processMetrics adds memory, CPU, handles and event loop lag of the process; off by default because it
 *   registers an observer that tests do not want.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
    // Looked at by a pace of our own: at any one, prom-client's look is most of what wakes an idle process.
    for (const { name } of registry.getMetricsAsArray())
      if (name.startsWith("nodejs_eventloop_lag")) registry.removeSingleMetric(name);
    measureLoopLag(registry);
  }
  const known = new Map<string, Metric>();

  const once = <M extends Metric>(name: string, kind: new (...args: never[]) => M, create: () => M): M => {
    const existing = known.get(name);
    if (existing === undefined) {
      const metric = create();
      known.set(name, metric);
      return metric;
    }
    if (!(existing instanceof kind)) throw new Error(`metric ${name} is already registered with another type`);
    return existing;
  };
  const registers = [registry];

  return {
    counter: (name, help, labels = []) =>
      once<Counter<string>>(name, Counter, () => new Counter({ name, help, labelNames: labels, registers })),
    gauge: (name, help) => once<Gauge>(name, Gauge, () => new Gauge({ name, help, registers })),
    histogram: (name, help, buckets = SECONDS, labels = []) =>
      once<Histogram<string>>(
        name,
        Histogram,
        () => new Histogram({ name, help, buckets, labelNames: labels, registers }),
      ),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
