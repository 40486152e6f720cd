import { part, query } from "./address.js";
import type { Delivery, Page, Webhook } from "./answers.js";
import type { Caller } from "./call.js";
import type { WithSecret } from "./settings-calls.js";

const PAGE = { limit: "200" };

/** Receivers of webhooks and their deliveries. */
export function webhookCalls(call: Caller) {
  const at = (id: string): string => `/webhooks/${part(id)}`;
  return {
    webhooks: (cursor?: string) => call<Page<Webhook>>(`/webhooks${query({ ...PAGE, cursor })}`),
    webhook: (id: string) => call<Webhook>(at(id)),
    createWebhook: (body: Record<string, unknown>, idempotencyKey: string) =>
      call<WithSecret<Webhook>>("/webhooks", {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
      }),
    updateWebhook: (id: string, body: Record<string, unknown>) => call<Webhook>(at(id), { method: "PATCH", body }),
    deleteWebhook: (id: string) => call(at(id), { method: "DELETE" }),
    rotateWebhook: (id: string, overlapSeconds: number, idempotencyKey: string) =>
      call<WithSecret<Webhook>>(`${at(id)}/rotate`, {
        method: "POST",
        body: { overlap_seconds: overlapSeconds },
        headers: { "idempotency-key": idempotencyKey },
      }),
    testWebhook: (id: string) => call<Delivery>(`${at(id)}/test`, { method: "POST" }),
    deliveries: (id: string, at: { status: string; limit: number; cursor?: string | undefined }) =>
      call<Page<Delivery>>(
        `/webhooks/${part(id)}/deliveries${query({
          status: at.status === "" ? undefined : at.status,
          limit: String(at.limit),
          cursor: at.cursor,
        })}`,
      ),
    allDeliveries: (filter: Readonly<Record<string, string>>, cursor?: string) =>
      call<Page<Delivery>>(`/webhooks/deliveries${query({ ...filter, limit: "50", cursor })}`),
    redeliver: (delivery: string) =>
      call<Delivery>(`/webhooks/deliveries/${part(delivery)}/redeliver`, { method: "POST" }),
  };
}
