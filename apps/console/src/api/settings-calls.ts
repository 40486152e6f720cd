import { part, query } from "./address.js";
import type { AccessToken, Page, SigningKey } from "./answers.js";
import type { Caller } from "./call.js";

/** The secret is returned once, in the answer that created it. */
export type WithSecret<T> = T & { secret: string };

const PAGE = { limit: "200" };

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
