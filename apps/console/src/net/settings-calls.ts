import { part, query } from "./address.js";
import type { Caller } from "./api.js";
import { readPage } from "./models.js";
import { record, text } from "./reading.js";
import * as settings from "./settings-models.js";

/** A secret that is told once, beside what it belongs to. */
export interface WithSecret<T> {
  value: T;
  secret: string;
}

const withSecret =
  <T>(read: (body: unknown) => T, member = "secret") =>
  (body: unknown): WithSecret<T> => ({ value: read(body), secret: text(record(body)[member]) });

const PAGE = { limit: "200" };

/** Receivers of webhooks and what was sent to them. */
export function webhookCalls(call: Caller) {
  const at = (id: string): string => `/webhooks/${part(id)}`;
  return {
    webhooks: (cursor?: string) =>
      call(`/webhooks${query({ ...PAGE, cursor })}`, { read: readPage(settings.readWebhook) }),
    webhook: (id: string) => call(at(id), { read: settings.readWebhook }),
    createWebhook: (body: Record<string, unknown>, idempotencyKey: string) =>
      call("/webhooks", {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
        read: withSecret(settings.readWebhook),
      }),
    updateWebhook: (id: string, body: Record<string, unknown>) =>
      call(at(id), { method: "PATCH", body, read: settings.readWebhook }),
    deleteWebhook: (id: string) => call(at(id), { method: "DELETE", read: () => null }),
    rotateWebhook: (id: string, overlapSeconds: number, idempotencyKey: string) =>
      call(`${at(id)}/rotate`, {
        method: "POST",
        body: { overlap_seconds: overlapSeconds },
        headers: { "idempotency-key": idempotencyKey },
        read: withSecret(settings.readWebhook),
      }),
    testWebhook: (id: string) => call(`${at(id)}/test`, { method: "POST", read: settings.readDelivery }),
    deliveries: (id: string, at: { status: string; limit: number; cursor?: string | undefined }) =>
      call(
        `/webhooks/${part(id)}/deliveries${query({
          status: at.status === "" ? undefined : at.status,
          limit: String(at.limit),
          cursor: at.cursor,
        })}`,
        { read: readPage(settings.readDelivery) },
      ),
    redeliver: (delivery: string) =>
      call(`/webhooks/deliveries/${part(delivery)}/redeliver`, { method: "POST", read: settings.readDelivery }),
  };
}

/** Signing keys and access tokens of the tenant. */
export function credentialCalls(call: Caller) {
  const idOf = (body: unknown): string => text(record(body).id);
  const keyIdOf = (body: unknown): string => text(record(body).key_id);
  return {
    keys: (cursor?: string) => call(`/keys${query({ ...PAGE, cursor })}`, { read: readPage(settings.readKey) }),
    createKey: (body: { name: string; scopes: string[] }, idempotencyKey: string) =>
      call("/keys", {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
        read: withSecret(keyIdOf),
      }),
    rotateKey: (id: string, idempotencyKey: string) =>
      call(`/keys/${part(id)}/rotate`, {
        method: "POST",
        headers: { "idempotency-key": idempotencyKey },
        read: withSecret(keyIdOf),
      }),
    revokeKey: (id: string) => call(`/keys/${part(id)}`, { method: "DELETE", read: () => null }),
    tokens: (cursor?: string) => call(`/tokens${query({ ...PAGE, cursor })}`, { read: readPage(settings.readToken) }),
    createToken: (body: { name: string; role: string }, idempotencyKey: string) =>
      call("/tokens", {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
        read: withSecret(idOf, "token"),
      }),
    revokeToken: (id: string) => call(`/tokens/${part(id)}`, { method: "DELETE", read: () => null }),
  };
}
