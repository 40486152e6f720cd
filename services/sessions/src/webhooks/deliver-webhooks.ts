import { setMaxListeners } from "node:events";
import type { Metrics } from "@parley/observability";
import { type AttemptDeps, attemptDelivery } from "./attempt-delivery.js";
import type { ClaimedDelivery } from "./delivery-repository.js";
import { sealPayload } from "./secrets.js";

export interface DelivererDeps extends AttemptDeps {
  metrics: Metrics;
}

/** Attempts at one endpoint at a time, in the whole house. */
const PER_ENDPOINT = 8;
/** After an attempt its place is given to what waits, at most this often. */
const NEXT_LOOK_MS = 20;
/** Longer than any attempt: 30 s for the request, the rest for the database. */
const HOLD_MS = 60_000;
/** How long attempts under way may finish at the stop; one that is cut off is made again when its claim ends. */
const FINISH_MS = 5_000;
const PURGE_EVERY_MS = 60_000;
const PURGE_AT_ONCE = 1_000;
const SEAL_AT_ONCE = 200;

/** Seals payloads for which no attempt was made, a bounded number; replicas may meet at the same rows. */
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
 * Sends what the facts left behind, in any number of replicas: a claim keeps them apart, and no endpoint holds more than its few
 * places, so a slow one delays nobody else. Starts at once.
 */
export function startDeliverer(deps: DelivererDeps): { stop(): Promise<void> } {
  const { WEBHOOK_CONCURRENCY, WEBHOOK_POLL_MS, WEBHOOK_RETENTION_DAYS } = deps.config;
  const stopping = new AbortController();
  // One listener for each attempt under way.
  setMaxListeners(WEBHOOK_CONCURRENCY + 1, stopping.signal);
  const running = new Set<Promise<void>>();
  const outcomes = deps.metrics.counter("webhook_attempts_total", "Attempts to deliver webhooks", ["outcome"]);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let nextAt = 0;
  let isLooking = false;
  /** A place became free during a look. */
  let lookAgain = false;
  let looking: Promise<void> = Promise.resolve();
  let purgedAt = performance.now();

  const begin = (due: ClaimedDelivery): void => {
    const work: Promise<void> = attemptDelivery(deps, due, stopping.signal)
      .then((outcome) => outcomes.inc({ outcome }))
      .catch((error: unknown) => deps.logger.debug({ err: error, deliveryId: due.id }, "webhook.deferred"))
      .finally(() => {
        running.delete(work);
        next(NEXT_LOOK_MS);
      });
    running.add(work);
  };
  const look = async (): Promise<void> => {
    const free = WEBHOOK_CONCURRENCY - running.size;
    if (free > 0) for (const due of await deps.deliveries.claim(free, PER_ENDPOINT, HOLD_MS)) begin(due);
    await sealReadable(deps);
    if (performance.now() - purgedAt < PURGE_EVERY_MS) return;
    const gone = await deps.deliveries.purge(WEBHOOK_RETENTION_DAYS, PURGE_AT_ONCE);
    // A full batch may have left some behind: the next look goes on.
    if (gone < PURGE_AT_ONCE) purgedAt = performance.now();
  };
  /** One look at a time; an earlier one takes the place of a later one. */
  const next = (inMs: number): void => {
    const at = performance.now() + inMs;
    if (isLooking) lookAgain = true;
    if (stopped || isLooking || (timer !== undefined && nextAt <= at)) return;
    clearTimeout(timer);
    nextAt = at;
    timer = setTimeout(() => {
      timer = undefined;
      isLooking = true;
      lookAgain = false;
      looking = look()
        .catch((error: unknown) => deps.logger.debug({ err: error }, "webhooks.failed"))
        .finally(() => {
          isLooking = false;
          // Jitter keeps replicas from asking in step.
          next(lookAgain ? NEXT_LOOK_MS : WEBHOOK_POLL_MS * (0.8 + Math.random() * 0.4));
        });
    }, inMs);
  };
  next(WEBHOOK_POLL_MS * Math.random());
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      const late = setTimeout(() => stopping.abort(new Error("the service stops")), FINISH_MS);
      await Promise.allSettled([...running]);
      clearTimeout(late);
    },
  };
}
