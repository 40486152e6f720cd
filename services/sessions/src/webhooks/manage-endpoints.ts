import {
  AppError,
  type createWebhook,
  type deleteWebhook,
  type getWebhook,
  type listWebhooks,
  newId,
  requireRole,
  type rotateWebhook,
  tenantOf,
  type updateWebhook,
  type WebhookView,
} from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import type { CheckAddress } from "./check-address.js";
import type { EndpointRepository, NewSecret } from "./endpoint-repository.js";
import { decodeCursor, pageOf } from "./list-page.js";
import { newWebhookSecret, sealSecret } from "./secrets.js";

type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

export interface ManageDeps extends Pick<SessionsDeps, "secrets"> {
  endpoints: EndpointRepository;
  checkAddress: CheckAddress;
}

function found(webhook: WebhookView | null): WebhookView {
  if (webhook === null) throw new AppError("webhook_not_found");
  return webhook;
}

/** A new secret for a receiver. */
function secretOf(secrets: ManageDeps["secrets"], at: { tenantId: string; id: string }): NewSecret {
  const plain = newWebhookSecret();
  return { plain, sealed: sealSecret(secrets, at, plain) };
}

/**
 * Creates a receiver; its secret is shown only here. Idempotent by the caller's key, else by the signature. Throws `agent_not_found`,
 * `validation_failed`.
 */
export const createWebhookHandler =
  ({ endpoints, secrets, checkAddress }: ManageDeps) =>
  async ({ principal, body, idempotency, signature }: In<typeof createWebhook>): Out<typeof createWebhook> => {
    requireRole(principal, "admin");
    checkAddress(body.url);
    const tenantId = tenantOf(principal);
    const agentId = body.agent === undefined ? null : await endpoints.agentId(tenantId, body.agent);
    if (body.agent !== undefined && agentId === null) throw new AppError("agent_not_found");
    const id = newId();
    const endpoint = {
      id,
      agentId,
      url: body.url,
      events: [...new Set(body.events)],
      description: body.description ?? null,
      includeTranscript: body.include_transcript ?? false,
      includeLatencyMetrics: body.include_latency_metrics ?? false,
      secret: secretOf(secrets, { tenantId, id }),
      createdBy: principal.id,
    };
    const repeatable = { idempotency, signature };
    return endpoints.insert(tenantId, endpoint, { tenantId, scope: "webhooks.create", repeatable, sealing: secrets });
  };

/** The receivers of the tenant, newest first, including those of agent versions. A read. */
export const listWebhooksHandler =
  ({ endpoints }: ManageDeps) =>
  async ({ principal, limit, cursor }: In<typeof listWebhooks>): Out<typeof listWebhooks> => {
    const before = cursor === undefined ? null : decodeCursor(cursor);
    // One more than requested shows whether there is a next page.
    return pageOf(await endpoints.list(tenantOf(principal), { before, limit: limit + 1 }), limit);
  };

/** A read. Throws `webhook_not_found`. */
export const getWebhookHandler =
  ({ endpoints }: ManageDeps) =>
  async ({ principal, id }: In<typeof getWebhook>): Out<typeof getWebhook> => ({
    webhook: found(await endpoints.find(tenantOf(principal), id)),
  });

/**
 * Changes the given fields. Idempotent by state. Of a version's webhook only `is_active` can be changed; the rest belongs to its
 * document. Throws `webhook_not_found`, `webhook_of_version`, `validation_failed`.
 */
export const updateWebhookHandler =
  ({ endpoints, checkAddress }: ManageDeps) =>
  async ({ principal, id, body }: In<typeof updateWebhook>): Out<typeof updateWebhook> => {
    requireRole(principal, "admin");
    if (body.url !== undefined) checkAddress(body.url);
    const tenantId = tenantOf(principal);
    const { is_active: _active, ...ofDocument } = body;
    const { agent_version: version } = found(await endpoints.find(tenantId, id));
    if (version !== null && Object.keys(ofDocument).length > 0) throw new AppError("webhook_of_version");
    return { webhook: found(await endpoints.update(tenantId, id, body)) };
  };

/** Deletes a receiver and its deliveries. Throws `webhook_not_found`, `webhook_of_version`. */
export const deleteWebhookHandler =
  ({ endpoints }: ManageDeps) =>
  async ({ principal, id }: In<typeof deleteWebhook>): Out<typeof deleteWebhook> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    if (!(await endpoints.remove(tenantId, id))) {
      found(await endpoints.find(tenantId, id));
      throw new AppError("webhook_of_version");
    }
    return {};
  };

/**
 * Creates a new secret; the old one also signs during the overlap. Idempotent by the caller's key, else by the signature; without them
 * each call creates one. Throws `webhook_not_found`, `webhook_of_version`.
 */
export const rotateWebhookHandler =
  ({ endpoints, secrets }: ManageDeps) =>
  async ({
    principal,
    id,
    overlapSeconds,
    idempotency,
    signature,
  }: In<typeof rotateWebhook>): Out<typeof rotateWebhook> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    if (found(await endpoints.find(tenantId, id)).agent_version !== null) throw new AppError("webhook_of_version");
    const repeatable = { idempotency, signature };
    const request = { tenantId, scope: "webhooks.rotate", repeatable, sealing: secrets };
    return endpoints.rotate(tenantId, id, { secret: secretOf(secrets, { tenantId, id }), overlapSeconds, request });
  };
