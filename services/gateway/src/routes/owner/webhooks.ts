import {
  createWebhook,
  createWebhookBody,
  deleted,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  pageOf,
  redeliverWebhook,
  rotateActionSecret,
  rotateWebhook,
  rotateWebhookBody,
  testWebhook,
  updateWebhook,
  updateWebhookBody,
  webhookDelivery,
  webhookView,
  webhookWithSecret,
} from "@parley/contracts";
import { z } from "zod";
import { idParams, pageQuery } from "../params.js";
import { actOn, DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Both secrets sign for a day unless the caller specifies otherwise. */
const DEFAULT_OVERLAP_SECONDS = 86_400;

/** Receivers of the tenant, newest first, including those of agent versions. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/webhooks",
  summary: "List webhooks",
  query: pageQuery,
  answers: { 200: pageOf(webhookView) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listWebhooks, { principal, limit, cursor })),
});

/** Creates a receiver; only this answer holds its secret. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/webhooks",
  summary: "Create a webhook",
  description:
    "`events` are names, `session.*` or `*`. Payloads follow Standard Webhooks; the secret is in this answer only.",
  role: "admin",
  config: { repeatable: true },
  body: createWebhookBody,
  answers: { 201: webhookWithSecret },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { webhook, secret, replayed } = await bus.call(createWebhook, { principal, body, ...repeatable });
    markReplay(replayed);
    return { ...webhook, secret };
  },
});

const getRoute = ownerRoute({
  method: "GET",
  path: "/webhooks/:id",
  summary: "Get a webhook",
  params: idParams,
  answers: { 200: webhookView },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getWebhook, { principal, ...params })).webhook,
});

/** Changes the given fields. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/webhooks/:id",
  summary: "Update a webhook",
  description:
    "Switching one on again forgets its failures. Of the webhook of an agent version only `is_active` can be changed.",
  role: "admin",
  params: idParams,
  body: updateWebhookBody,
  answers: { 200: webhookView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateWebhook, { principal, ...params, body })).webhook,
});

/** Deletes a receiver with its log. Idempotent by state: a second delete is `webhook_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/webhooks/:id",
  summary: "Delete a webhook",
  role: "admin",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteWebhook, { principal, ...params });
    return DELETED;
  },
});

/** Gives a receiver a new secret; only this answer holds it. Idempotent by `Idempotency-Key`, else by the signature. */
const rotateRoute = ownerRoute({
  method: "POST",
  path: "/webhooks/:id/rotate",
  summary: "Rotate the secret of a webhook",
  description: "Both secrets sign for `overlap_seconds` (a day when it is not given, 0 = the old one ends at once).",
  role: "admin",
  config: { repeatable: true },
  params: idParams,
  body: rotateWebhookBody.nullish(),
  answers: { 200: webhookWithSecret },
  handle: async ({ principal, params, body, repeatable, markReplay }, { bus }) => {
    const overlapSeconds = body?.overlap_seconds ?? DEFAULT_OVERLAP_SECONDS;
    const call = { principal, ...params, overlapSeconds, ...repeatable };
    const { webhook, secret, replayed } = await bus.call(rotateWebhook, call);
    markReplay(replayed);
    return { ...webhook, secret };
  },
});

/**
 * Gives the `webhook:` actions of the tenant's workflows a new secret; only this answer holds it. Idempotent by
 * `Idempotency-Key`, else by the signature.
 */
const rotateActionSecretRoute = ownerRoute({
  method: "POST",
  path: "/webhooks/actions/rotate",
  summary: "Rotate the secret of webhook actions",
  description:
    "The first call returns the first secret. After later calls both secrets sign for `overlap_seconds` (a day when it is not given, 0 = the old one ends at once).",
  role: "admin",
  config: { repeatable: true },
  body: rotateWebhookBody.nullish(),
  answers: { 200: z.object({ secret: z.string(), previous_secret_until: z.string().nullable() }) },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const overlapSeconds = body?.overlap_seconds ?? DEFAULT_OVERLAP_SECONDS;
    const call = { principal, overlapSeconds, ...repeatable };
    const { secret, previousSecretUntil, replayed } = await bus.call(rotateActionSecret, call);
    markReplay(replayed);
    return { secret, previous_secret_until: previousSecretUntil };
  },
});

/** Sends `webhook.test` to one receiver. Idempotent by `Idempotency-Key`, else by the signature; without them each call sends one. */
const testRoute = ownerRoute({
  method: "POST",
  path: "/webhooks/:id/test",
  summary: "Test a webhook",
  description: "The outcome is in the list of its deliveries.",
  role: "admin",
  config: { repeatable: true },
  records: actOn("webhook", "webhook.tested"),
  params: idParams,
  answers: { 202: webhookDelivery },
  handle: async ({ principal, params, repeatable, markReplay }, { bus }) => {
    const { delivery, replayed } = await bus.call(testWebhook, { principal, ...params, ...repeatable });
    markReplay(replayed);
    return delivery;
  },
});

/** Deliveries to all receivers with their answers, newest first. */
const listAllDeliveriesRoute = ownerRoute({
  method: "GET",
  path: "/webhooks/deliveries",
  summary: "List the deliveries of all webhooks",
  role: "editor",
  query: pageQuery.extend({
    status: webhookDelivery.shape.status.optional(),
    type: z.string().min(1).max(100).optional(),
    webhook_id: z.uuid().optional(),
  }),
  answers: { 200: pageOf(webhookDelivery) },
  handle: async ({ principal, query: { tenant_id: _, webhook_id: id, ...asked } }, { bus }) =>
    wirePage(await bus.call(listWebhookDeliveries, { principal, id, ...asked })),
});

/** Deliveries to a receiver with its answers, newest first. */
const listDeliveriesRoute = ownerRoute({
  method: "GET",
  path: "/webhooks/:id/deliveries",
  summary: "List the deliveries of a webhook",
  role: "editor",
  params: idParams,
  query: pageQuery.extend({ status: webhookDelivery.shape.status.optional() }),
  answers: { 200: pageOf(webhookDelivery) },
  handle: async ({ principal, params, query: { status, limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listWebhookDeliveries, { principal, ...params, status, limit, cursor })),
});

/**
 * Sends a delivery again, with all tries and the same event id. Idempotent while it waits, and by `Idempotency-Key`, else by the
 * signature.
 */
const redeliverRoute = ownerRoute({
  method: "POST",
  path: "/webhooks/deliveries/:id/redeliver",
  summary: "Redeliver a webhook",
  role: "admin",
  config: { repeatable: true },
  records: actOn("webhook_delivery", "webhook_delivery.redelivered"),
  params: idParams,
  answers: { 202: webhookDelivery },
  handle: async ({ principal, params, repeatable, markReplay }, { bus }) => {
    const { delivery, replayed } = await bus.call(redeliverWebhook, { principal, ...params, ...repeatable });
    markReplay(replayed);
    return delivery;
  },
});

export const webhookRoutes = [
  listRoute,
  createRoute,
  getRoute,
  updateRoute,
  deleteRoute,
  rotateRoute,
  rotateActionSecretRoute,
  testRoute,
  listAllDeliveriesRoute,
  listDeliveriesRoute,
  redeliverRoute,
];
