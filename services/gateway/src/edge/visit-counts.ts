import type { Bus } from "@parley/bus";
import { type ConnectionCount, noteVisits, type VisitCount } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { Secrets } from "@parley/secrets";
import { addressHash, type KeptAddresses } from "./address-hash.js";
import type { Countries } from "./countries.js";
import { createLosableBatches } from "./losable-batches.js";

/** Counts of opened links and started sessions, by country and address, and of connections: in batches, bounded, losable. */
export interface VisitCounts {
  /** Never throws, never waits. Of the address, only the country code is kept, and a keyed hash that is meaningless on another link. */
  count(
    from: { readonly clientAddress: string; readonly clientBucket: string },
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
  secrets: Pick<Secrets, "keyedHash">;
  addresses: KeptAddresses;
}): VisitCounts {
  const { bus, logger, countries } = deps;
  const hashOf = addressHash(deps.secrets, deps.addresses);
  const lost = deps.metrics.counter("visit_counts_lost_total", "Counts of opened links that could not be kept");
  const batches: Parameters<typeof createLosableBatches<VisitCount>>[0] = {
    everyMs: FLUSH_MS,
    send: (visits) => bus.call(noteVisits, { visits }, { deadlineMs: DEADLINE_MS }),
    lose(count, error) {
      lost.inc({}, count);
      if (error !== undefined) logger.debug({ err: error }, "visits.counts_lost");
    },
  };
  const waiting = createLosableBatches(batches);
  // Separate, so that many addresses cannot displace the counts.
  const addresses = createLosableBatches(batches);
  return {
    count({ clientAddress, clientBucket }, { tenantId, id: linkId }, what) {
      const at = new Date().toISOString();
      const address = hashOf(clientBucket, `link:${linkId}:`).slice(0, 16);
      addresses.add(`${linkId} ${address}`, {
        merge: () => undefined,
        make: () => ({ tenantId, linkId, country: null, at, opened: 0, sessions: 0, addressHash: address }),
      });
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
    start() {
      waiting.start();
      addresses.start();
    },
    async stop() {
      await Promise.all([waiting.stop(), addresses.stop()]);
    },
  };
}
