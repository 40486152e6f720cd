import type { Outbound } from "@parley/outbound";
import type { Secrets } from "@parley/secrets";
import { z } from "zod";
import { encryptPush, vapidHeader } from "./encrypt-push.js";
import type { EscalationNotice } from "./notice-repository.js";
import { type PushKeys, pushKeys } from "./push-keys.js";

const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 16_384;
/** Whoever opens the browser later finds the inbox by themselves. */
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
 * Tells a browser that somebody waits, and where; no name and no word of anybody (RFC 8291). Push services keep one message of one
 * escalation (`topic`). Null = it was taken; `gone` = that browser will never take one again.
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
  // Wrong in itself: another attempt would be the same.
  return [400, 401, 403, 413].includes(result.status) ? "refused" : `status ${result.status}`;
}

/** Whom a push service may ask about what it is sent. */
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
    // Keys that no browser made.
    return null;
  }
}
