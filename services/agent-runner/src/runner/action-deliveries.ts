import { createHmac } from "node:crypto";
import { retryAfter, startClaimLoop } from "@parley/jobs";
import { withOwnTrace } from "@parley/observability";
import type { Outbound, OutboundResult } from "@parley/outbound";
import { actionSecretAad } from "@parley/secrets";
import type { RunnerDeps } from "../deps.js";
import type { ActionWebhookRepository, DueWebhook } from "./repository/action-webhooks.js";

interface DeliveryDeps extends Pick<RunnerDeps, "config" | "logger" | "metrics" | "secrets"> {
  outbound: Outbound;
  repository: ActionWebhookRepository;
}

const CONCURRENCY = 16;
const TIMEOUT_MS = 15_000;
/** Longer than a delivery can take: a live worker's claim never runs out. */
const HOLD_MS = 60_000;
/** Bytes of an answer that are read before it counts as delivered anyway. */
const ANSWER_BYTES = 65_536;

/** Waits after each failed attempt, from the schedule of Standard Webhooks; about 24 hours in all. */
const RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000];

/**
 * Delivers what `webhook:` actions asked for, from the rows that the turns' commits left: at least once, with the same
 * `webhook-id` at each attempt. Any number of replicas may do this; a claim keeps them apart. Each delivery is on its own, so a
 * slow receiver takes one place, and a tenant no more places than the outgoing client gives it.
 */
export function startActionWebhooks(deps: DeliveryDeps): { stop(): Promise<void> } {
  const outcomes = deps.metrics.counter("action_webhooks_total", "Attempts to deliver webhooks of actions", [
    "outcome",
  ]);
  return startClaimLoop<DueWebhook>({
    intervalMs: deps.config.POLL_INTERVAL_MS,
    concurrency: CONCURRENCY,
    holdMs: HOLD_MS,
    finishMs: 0,
    claim: (limit, holdMs) => deps.repository.claim(limit, holdMs),
    async work(due, signal) {
      const traceId = due.id.replaceAll("-", "");
      const outcome = await withOwnTrace(due.traceparent, () => deliver(deps, due, signal), traceId);
      outcomes.inc({ outcome });
    },
    onDeferred: ({ id }, error) => deps.logger.debug({ err: error, webhookId: id }, "action_webhook.deferred"),
    onError: (error) => deps.logger.debug({ err: error }, "action_webhooks.failed"),
  });
}

/** One attempt. A process that dies between answer and settling delivers again after the claim: the id tells receivers. */
async function deliver(deps: DeliveryDeps, due: DueWebhook, signal: AbortSignal): Promise<string> {
  const body = JSON.stringify(due.payload);
  const timestamp = Math.floor(Date.now() / 1_000);
  const result = await deps.outbound.request({
    method: "POST",
    url: due.url,
    headers: {
      "content-type": "application/json",
      "webhook-id": due.id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signatures(await keysOf(deps, due.tenant_id), `${due.id}.${timestamp}.${body}`),
    },
    body,
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_BYTES,
    tenantId: due.tenant_id,
    signal,
  });
  const outcome = outcomeOf(result);
  await deps.repository.settle(due.id, due.tenant_id, {
    outcome,
    retryMs: outcome === "delivered" ? null : retryOf(due.attempts, result),
  });
  return outcome;
}

/** Keys that sign the webhooks of a tenant's actions. As long as nobody was told a secret, one that nobody knows. */
async function keysOf({ repository, secrets }: DeliveryDeps, tenantId: string): Promise<Buffer[]> {
  const sealed = await repository.secrets(tenantId);
  if (sealed.length === 0) return [Buffer.from(secrets.keyedHash(`action-webhook:${tenantId}`), "hex")];
  const open = (one: string): string => secrets.open(one, actionSecretAad(tenantId));
  return sealed.map((one) => Buffer.from(open(one).replace(/^whsec_/, ""), "base64"));
}

/** Standard Webhooks, version 1: one signature for each key. */
const signatures = (keys: readonly Buffer[], content: string): string =>
  keys.map((key) => `v1,${createHmac("sha256", key).update(content).digest("base64")}`).join(" ");

function outcomeOf(result: OutboundResult): string {
  const hasAnswer = result.type === "answered" || result.type === "too_large";
  if (!hasAnswer) return result.type;
  return result.status >= 200 && result.status <= 299 ? "delivered" : "status";
}

/** Milliseconds to the next attempt; null = given up: refused, gone (410), or tried often enough. */
function retryOf(attempts: number, result: OutboundResult): number | null {
  const isFinal = result.type === "refused" || (result.type === "answered" && result.status === 410);
  return isFinal ? null : retryAfter(attempts, RETRY_SECONDS);
}
