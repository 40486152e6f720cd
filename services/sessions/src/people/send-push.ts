import type { Outbound } from "@parley/outbound";
import type { Secrets } from "@parley/secrets";
import { z } from "zod";
import { encryptPush, vapidHeader } from "./encrypt-push.js";
import type { EscalationNotice } from "./notice-repository.js";
import { type PushKeys, pushKeys } from "./push-keys.js";

const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 16_384;
/** Later than this, operators see the inbox anyway when they open the browser. */
const TTL_SECONDS = 3_600;
const GONE: readonly number[] = [404, 410];

const subscription = z.object({
  endpoint: z.string(),
  keys: z.object({ p256dh: z.string(), auth: z.string() }),
});

interface PushDeps {
  outbound: Outbound;
  secrets: Pick<Secrets, "keyedHash">;
  config: { PUBLIC_URL: string };
}

/**
 * Notifies a browser that a visitor waits, and where; without names or message text (RFC 8291). Push services keep one message per
 * escalation (`topic`). Null = accepted; `gone` = that browser will never accept one again.
 */
export async function sendPush(
  { outbound, secrets, config }: PushDeps,
  { target, notice, signal }: { target: string; notice: EscalationNotice; signal: AbortSignal },
): Promise<string | null> {
  const request = requestOf(target, notice, { ...pushKeys(secrets), subject: subjectOf(config.PUBLIC_URL) });
  if (request === null) return "unusable";
  const result = await outbound.request({
    ...{ method: "POST", ...request },
    ...{ timeoutMs: TIMEOUT_MS, maxBytes: ANSWER_BYTES, tenantId: notice.tenant_id, signal },
  });
  if (result.type !== "answered") return result.type;
  if (result.status >= 200 && result.status <= 299) return null;
  if (GONE.includes(result.status)) return "gone";
  // The request itself is invalid: another attempt would fail the same way.
  return [400, 401, 403, 413].includes(result.status) ? "refused" : `status ${result.status}`;
}

/** Contact for a push service about the messages it is sent. */
const subjectOf = (publicUrl: string): string =>
  publicUrl.startsWith("https:") ? publicUrl : "mailto:operator@parley.invalid";

function requestOf(
  target: string,
  { escalation_id: id }: EscalationNotice,
  keys: PushKeys & { subject: string },
): { url: string; headers: Record<string, string>; body: Buffer } | null {
  try {
    const { endpoint, keys: browser } = subscription.parse(JSON.parse(target));
    const headers = {
      authorization: vapidHeader(keys, { endpoint, subject: keys.subject, nowMs: Date.now() }),
      ...{ "content-type": "application/octet-stream", "content-encoding": "aes128gcm" },
      ...{ ttl: String(TTL_SECONDS), urgency: "high", topic: id.replaceAll("-", "") },
    };
    return { url: endpoint, headers, body: encryptPush(JSON.stringify({ path: `/console/inbox/${id}` }), browser) };
  } catch {
    // Invalid browser keys.
    return null;
  }
}
