import { type Lookout, startClaimLoop } from "@parley/jobs";
import type { Metrics } from "@parley/observability";
import { type AttemptDeps, attemptDelivery } from "./attempt-delivery.js";
import type { ClaimedDelivery } from "./delivery-repository.js";
import { sealPayload } from "./secrets.js";

export interface DelivererDeps extends AttemptDeps {
  metrics: Metrics;
  lookout?: Lookout;
}

/** Concurrent attempts per endpoint, over all replicas. */
const PER_ENDPOINT = 8;
/** Longer than any attempt: 30 s for the request, the rest for the database. */
const HOLD_MS = 60_000;
/** How long running attempts may take to finish at shutdown; an aborted one is repeated when its claim expires. */
const FINISH_MS = 5_000;
const PURGE_EVERY_MS = 60_000;
const PURGE_AT_ONCE = 1_000;
const SEAL_AT_ONCE = 200;

/** Seals a bounded number of payloads that had no attempt; replicas may pick the same rows. */
async function sealReadable({ deliveries, secrets }: DelivererDeps): Promise<void> {
  const found = await deliveries.readable(SEAL_AT_ONCE);
  if (found.length === 0) return;
  const items = found.map(({ id, tenant_id, data }) => ({
    id,
    sealed: sealPayload(secrets, { tenantId: tenant_id, id }, data),
  }));
  await deliveries.seal(items);
}

/**
 * Sends the deliveries created by facts, in any number of replicas: claims keep them apart, and each endpoint has only a few
 * slots, so a slow one delays nobody else. Starts at once.
 */
export function startDeliverer(deps: DelivererDeps): { stop(): Promise<void> } {
  const { WEBHOOK_CONCURRENCY, WEBHOOK_POLL_MS, WEBHOOK_RETENTION_DAYS } = deps.config;
  const outcomes = deps.metrics.counter("webhook_attempts_total", "Attempts to deliver webhooks", ["outcome"]);
  let purgedAt = performance.now();

  return startClaimLoop<ClaimedDelivery>({
    intervalMs: WEBHOOK_POLL_MS,
    lookout: deps.lookout && { lookout: deps.lookout, work: "webhooks" },
    concurrency: WEBHOOK_CONCURRENCY,
    holdMs: HOLD_MS,
    finishMs: FINISH_MS,
    claim: (limit, holdMs) => deps.deliveries.claim(limit, PER_ENDPOINT, holdMs),
    async work(due, signal) {
      outcomes.inc({ outcome: await attemptDelivery(deps, due, signal) });
    },
    async tidy() {
      await sealReadable(deps);
      if (performance.now() - purgedAt < PURGE_EVERY_MS) return;
      const gone = await deps.deliveries.purge(WEBHOOK_RETENTION_DAYS, PURGE_AT_ONCE);
      // After a full batch there may be more: the next round continues.
      if (gone < PURGE_AT_ONCE) purgedAt = performance.now();
    },
    onDeferred: ({ id }, error) => deps.logger.debug({ err: error, deliveryId: id }, "webhook.deferred"),
    onError: (error) => deps.logger.debug({ err: error }, "webhooks.failed"),
  });
}
