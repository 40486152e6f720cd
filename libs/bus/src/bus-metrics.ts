import { createMetrics, type Metrics } from "@parley/observability";

/** Counters of the bus; label values come from the declared contracts, so their number is fixed. */
export interface BusMetrics {
  call(subject: string, outcome: string, seconds: number): void;
  served(subject: string, outcome: string): void;
  published(subject: string, outcome: string): void;
  worked(subject: string, outcome: string): void;
  connected(up: boolean): void;
}

export function createBusMetrics(metrics: Metrics = createMetrics()): BusMetrics {
  const calls = metrics.counter("bus_calls_total", "Calls made, by subject and outcome", ["subject", "outcome"]);
  const seconds = metrics.histogram("bus_call_seconds", "Time until the answer of a call", undefined, ["subject"]);
  const served = metrics.counter("bus_served_total", "Calls answered, by subject and outcome", ["subject", "outcome"]);
  const published = metrics.counter("bus_published_total", "Facts stored, by subject and outcome", [
    "subject",
    "outcome",
  ]);
  const worked = metrics.counter("work_outcomes_total", "Hints handled, by subject and outcome", [
    "subject",
    "outcome",
  ]);
  const connected = metrics.gauge("bus_connected", "1 while the connection is up");
  const reconnects = metrics.counter("bus_connects_total", "Connections made, first and repeated");
  connected.set(0);
  return {
    call(subject, outcome, time) {
      calls.inc({ subject, outcome });
      seconds.observe({ subject }, time);
    },
    served: (subject, outcome) => served.inc({ subject, outcome }),
    published: (subject, outcome) => published.inc({ subject, outcome }),
    worked: (subject, outcome) => worked.inc({ subject, outcome }),
    connected(up) {
      connected.set(up ? 1 : 0);
      if (up) reconnects.inc();
    },
  };
}
