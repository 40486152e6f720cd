import {
  AppError,
  type listWebhookDeliveries,
  type redeliverWebhook,
  requireRole,
  tenantOf,
  type testWebhook,
} from "@parley/contracts";
import type { z } from "zod";
import type { DeliveryRepository } from "./delivery-repository.js";
import type { EndpointRepository } from "./endpoint-repository.js";
import { decodeCursor, pageOf } from "./list-page.js";

type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

export interface DeliveriesDeps {
  endpoints: EndpointRepository;
  deliveries: DeliveryRepository;
}

/** One page of the deliveries to a receiver, or to all of them, newest first. A read. Throws `webhook_not_found`. */
export const listWebhookDeliveriesHandler =
  ({ endpoints, deliveries }: DeliveriesDeps) =>
  async (input: In<typeof listWebhookDeliveries>): Out<typeof listWebhookDeliveries> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const before = input.cursor === undefined ? null : decodeCursor(input.cursor);
    const { id, status = null, type = null, limit } = input;
    if (id !== undefined && (await endpoints.find(tenantId, id)) === null) throw new AppError("webhook_not_found");
    const at = { endpointId: id ?? null, status, type, before, limit: limit + 1 };
    return pageOf(await deliveries.list(tenantId, at), limit);
  };

/** Sends `webhook.test`. Idempotent by the caller's key, else by the signature; without them each call sends one. Throws `webhook_not_found`, `webhook_disabled`. */
export const testWebhookHandler =
  ({ endpoints, deliveries }: DeliveriesDeps) =>
  async ({ principal, id, ...repeatable }: In<typeof testWebhook>): Out<typeof testWebhook> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const webhook = await endpoints.find(tenantId, id);
    if (webhook === null) throw new AppError("webhook_not_found");
    if (!webhook.is_active) throw new AppError("webhook_disabled");
    return deliveries.insertTest(tenantId, id, { tenantId, scope: "webhooks.test", repeatable });
  };

/**
 * Sends a delivery again, under the same event id. Idempotent while it waits, and by the caller's key, else by the signature. Throws
 * `delivery_not_found`, `webhook_disabled`.
 */
export const redeliverWebhookHandler =
  ({ deliveries }: DeliveriesDeps) =>
  async ({ principal, id, ...repeatable }: In<typeof redeliverWebhook>): Out<typeof redeliverWebhook> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const known = await deliveries.find(tenantId, id);
    if (known === null) throw new AppError("delivery_not_found");
    if (!known.active) throw new AppError("webhook_disabled");
    return deliveries.again(tenantId, id, { tenantId, scope: "webhooks.redeliver", repeatable });
  };
