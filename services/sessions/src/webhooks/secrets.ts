import { randomBytes } from "node:crypto";
import type { Secrets } from "@parley/secrets";
import { Webhook } from "standardwebhooks";
import { z } from "zod";

/** 192 bits, the minimum of Standard Webhooks. */
const SECRET_BYTES = 24;

const payload = z.record(z.string(), z.unknown());

export const newWebhookSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;

/** Binds a sealed secret to its row. */
const boundTo = (tenantId: string, endpointId: string): string => `webhook:${tenantId}:${endpointId}`;

export const sealSecret = (secrets: Secrets, at: { tenantId: string; id: string }, secret: string): string =>
  secrets.seal(secret, boundTo(at.tenantId, at.id));

export const openSecret = (secrets: Secrets, at: { tenantId: string; id: string }, sealed: string): string =>
  secrets.open(sealed, boundTo(at.tenantId, at.id));

const payloadOf = (tenantId: string, deliveryId: string): string => `webhook-payload:${tenantId}:${deliveryId}`;

/** Seals the payload of a delivery, bound to its row. */
export const sealPayload = (
  secrets: Secrets,
  at: { tenantId: string; id: string },
  data: Record<string, unknown>,
): string => secrets.seal(JSON.stringify(data), payloadOf(at.tenantId, at.id));

/** Undoes `sealPayload`. Throws AppError("internal") for a value of another row or key. */
export const openPayload = (
  secrets: Secrets,
  at: { tenantId: string; id: string },
  sealed: string,
): Record<string, unknown> => payload.parse(JSON.parse(secrets.open(sealed, payloadOf(at.tenantId, at.id))));

/**
 * The `webhook-signature` header: one signature for each secret, the newest first.
 * A secret that is not in the form `whsec_…` (an author's own text in a document) is used as it is.
 */
export function signatures(
  secrets: readonly string[],
  message: { id: string; timestampSeconds: number; body: string },
): string {
  const at = new Date(message.timestampSeconds * 1_000);
  return secrets
    .map((secret) => {
      const signer = secret.startsWith("whsec_")
        ? new Webhook(secret)
        : new Webhook(Buffer.from(secret, "utf8"), { format: "raw" });
      return signer.sign(message.id, at, message.body);
    })
    .join(" ");
}
