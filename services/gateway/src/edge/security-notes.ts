import type { Bus } from "@parley/bus";
import { noteSecurity, type SecurityEventKind, type SecurityEventNote } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { Secrets } from "@parley/secrets";
import { addressHash, type KeptAddresses } from "./address-hash.js";
import type { Countries } from "./countries.js";
import { createLosableBatches } from "./losable-batches.js";

interface Noticed {
  kind: SecurityEventKind;
  /** Which limit or rule: a name from the code, never text of a request. */
  scope?: string;
  sessionId?: string;
}

/** Where a request came from; a Fastify request has both. */
interface Origin {
  readonly clientAddress: string;
  readonly clientBucket: string;
}

/** The link where it was noticed; `id` null = not at a link. */
interface Place {
  tenantId: string;
  id: string | null;
}

/** Reports security events to the links service: in batches, bounded, losable. */
export interface SecurityNotes {
  /** Never throws, never waits. Equal ones within a second become one with a count. */
  note(request: Origin, at: Place, what: Noticed): void;
  /** An address reached its limit of invalid link tokens per minute. They belong to no tenant, so this is a log line and a metric. */
  noteScan(request: Origin): void;
  start(): void;
  /** Sends what waits, once. */
  stop(): Promise<void>;
}

const FLUSH_MS = 1_000;
const DEADLINE_MS = 2_000;

export function createSecurityNotes(deps: {
  bus: Bus;
  secrets: Secrets;
  logger: Logger;
  metrics: Metrics;
  countries: Countries;
  addresses: KeptAddresses;
}): SecurityNotes {
  const { bus, logger, countries } = deps;
  const hashOf = addressHash(deps.secrets, deps.addresses);
  const noticed = deps.metrics.counter("security_events_total", "What the defences noticed, by kind", ["kind"]);
  const lost = deps.metrics.counter("security_events_lost_total", "Security events that could not be kept");
  const waiting = createLosableBatches<SecurityEventNote>({
    everyMs: FLUSH_MS,
    send: (events) => bus.call(noteSecurity, { events }, { deadlineMs: DEADLINE_MS }),
    lose(count, error) {
      lost.inc({}, count);
      if (error !== undefined) logger.debug({ err: error }, "security.notes_lost");
    },
  });

  const add = (event: SecurityEventNote): void => {
    const key = [event.tenantId, event.linkId, event.kind, event.scope, event.addressHash, event.sessionId].join(" ");
    waiting.add(key, {
      merge: (same) => {
        same.count += 1;
      },
      make: () => event,
    });
  };

  return {
    note(request, at, { kind, scope = null, sessionId = null }) {
      noticed.inc({ kind });
      const { clientAddress } = request;
      const event = {
        tenantId: at.tenantId,
        linkId: at.id,
        kind,
        scope,
        addressHash: hashOf(request.clientBucket),
        sessionId,
        count: 1,
        at: new Date().toISOString(),
      };
      // The address is looked up and dropped; only the country code is kept.
      void countries.of(clientAddress).then((country) => add({ ...event, country }));
    },
    noteScan({ clientBucket }) {
      noticed.inc({ kind: "link_scan" });
      logger.warn({ addressHash: hashOf(clientBucket) }, "links.scanned");
    },
    start: waiting.start,
    stop: waiting.stop,
  };
}
