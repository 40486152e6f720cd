import type { Bus } from "@parley/bus";
import { type ConnectionCount, noteVisits, type VisitCount } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { Countries } from "./countries.js";
import { createLosableBatches } from "./losable-batches.js";

/** How often links are opened and sessions begin on them, by country, and how connections go: in batches, bounded, losable. */
export interface VisitCounts {
  /** Never throws, never waits. The address is asked about and forgotten; of the answer two letters are kept. */
  count(
    from: { readonly clientAddress: string },
    at: { tenantId: string; id: string },
    what: "opened" | "sessions",
  ): void;
  /** Never throws, never waits. */
  countConnection(at: { tenantId: string; id: string }, counts: Partial<Record<ConnectionCount, number>>): void;
  start(): void;
  /** Sends what waits, once. */
  stop(): Promise<void>;
}

const FLUSH_MS = 5_000;
const DEADLINE_MS = 2_000;

export function createVisitCounts(deps: {
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
  countries: Countries;
}): VisitCounts {
  const { bus, logger, countries } = deps;
  const lost = deps.metrics.counter("visit_counts_lost_total", "Counts of opened links that could not be kept");
  const waiting = createLosableBatches<VisitCount>({
    everyMs: FLUSH_MS,
    send: (visits) => bus.call(noteVisits, { visits }, { deadlineMs: DEADLINE_MS }),
    lose(count, error) {
      lost.inc({}, count);
      if (error !== undefined) logger.debug({ err: error }, "visits.counts_lost");
    },
  });
  return {
    count({ clientAddress }, { tenantId, id: linkId }, what) {
      const at = new Date().toISOString();
      void countries.of(clientAddress).then((country) =>
        waiting.add(`${linkId} ${country}`, {
          merge: (same) => {
            same[what] += 1;
          },
          make: () => ({ tenantId, linkId, country, at, opened: 0, sessions: 0, [what]: 1 }),
        }),
      );
    },
    countConnection({ tenantId, id: linkId }, counts) {
      waiting.add(`${linkId} connections`, {
        merge({ connections = {} }) {
          for (const [name, more] of Object.entries(counts) as [ConnectionCount, number][])
            connections[name] = (connections[name] ?? 0) + more;
        },
        make: () => ({
          ...{ tenantId, linkId, country: null, opened: 0, sessions: 0, at: new Date().toISOString() },
          connections: { ...counts },
        }),
      });
    },
    start: waiting.start,
    stop: waiting.stop,
  };
}
