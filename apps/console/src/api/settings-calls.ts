import { part, query } from "./address.js";
import type { AccessToken, Delivery, Page, SigningKey, Webhook } from "./answers.js";
import type { Caller } from "./call.js";

/** The secret is told once, in the answer that made it. */
export type WithSecret<T> = T & { secret: string };

const PAGE = { limit: "200" };

/** Receivers of webhooks and what was sent to them. */
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
    redeliver: (delivery: string) =>
      call<Delivery>(`/webhooks/deliveries/${part(delivery)}/redeliver`, { method: "POST" }),
  };
}

/** Signing keys and access tokens of the tenant. */
export function credentialCalls(call: Caller) {
  return {
    keys: (cursor?: string) => call<Page<SigningKey>>(`/keys${query({ ...PAGE, cursor })}`),
    createKey: (body: { name: string; scopes: string[]; require_nonce: boolean }, idempotencyKey: string) =>
      call<WithSecret<{ key_id: string }>>("/keys", {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
      }),
    requireNonce: (id: string, required: boolean) =>
      call<SigningKey>(`/keys/${part(id)}`, { method: "PATCH", body: { require_nonce: required } }),
    rotateKey: (id: string, idempotencyKey: string) =>
      call<WithSecret<{ key_id: string }>>(`/keys/${part(id)}/rotate`, {
        method: "POST",
        headers: { "idempotency-key": idempotencyKey },
      }),
    revokeKey: (id: string) => call(`/keys/${part(id)}`, { method: "DELETE" }),
    tokens: (cursor?: string) => call<Page<AccessToken>>(`/tokens${query({ ...PAGE, cursor })}`),
    createToken: (body: { name: string; role: string }, idempotencyKey: string) =>
      call<{ token: string }>("/tokens", {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
      }),
    revokeToken: (id: string) => call(`/tokens/${part(id)}`, { method: "DELETE" }),
  };
}
