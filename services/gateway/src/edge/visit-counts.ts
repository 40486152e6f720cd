import type { Bus } from "@parley/bus";
import { noteVisits, type VisitCount } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { Countries } from "./countries.js";

/** How often links are opened and sessions begin on them, by country: in batches, bounded, losable. */
export interface VisitCounts {
  /** Never throws, never waits. The address is asked about and forgotten; of the answer two letters are kept. */
  count(
    from: { readonly clientAddress: string },
    at: { tenantId: string; id: string },
    what: "opened" | "sessions",
  ): void;
  start(): void;
  /** Sends what waits, once. */
  stop(): Promise<void>;
}

const FLUSH_MS = 5_000;
const BATCH = 500;
const MAX_WAITING = 2_000;
const DEADLINE_MS = 2_000;

export function createVisitCounts(deps: {
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
  countries: Countries;
}): VisitCounts {
  const { bus, logger, countries } = deps;
  const lost = deps.metrics.counter("visit_counts_lost_total", "Counts of opened links that could not be kept");
  const waiting = new Map<string, VisitCount>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  const add = (counted: Omit<VisitCount, "opened" | "sessions">, what: "opened" | "sessions"): void => {
    const key = `${counted.linkId} ${counted.country}`;
    const same = waiting.get(key);
    if (same !== undefined) same[what] += 1;
    else if (waiting.size < MAX_WAITING) waiting.set(key, { ...counted, opened: 0, sessions: 0, [what]: 1 });
    else lost.inc();
  };

  const send = async (): Promise<void> => {
    const keys = [...waiting.keys()].slice(0, BATCH);
    const visits = keys.flatMap((key) => waiting.get(key) ?? []);
    for (const key of keys) waiting.delete(key);
    if (visits.length === 0) return;
    try {
      await bus.call(noteVisits, { visits }, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      lost.inc({}, visits.length);
      logger.debug({ err: error }, "visits.counts_lost");
    }
  };

  return {
    count({ clientAddress }, { tenantId, id: linkId }, what) {
      const at = new Date().toISOString();
      void countries.of(clientAddress).then((country) => add({ tenantId, linkId, country, at }, what));
    },
    start() {
      timer = setInterval(() => {
        sending ??= send().finally(() => {
          sending = undefined;
        });
      }, FLUSH_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await sending;
      await send();
    },
  };
}
