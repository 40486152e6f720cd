import { count, countOrNull, oneOf, record, text, textOrNull, texts } from "./reading.js";

/** Who switched a receiver off. */
const DISABLED_REASONS = ["owner", "gone", "failing"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** A receiver of webhooks. */
export interface Webhook {
  id: string;
  url: string;
  events: string[];
  agentId: string | null;
  /** Set = part of an agent version; only switching on and off is possible here. */
  agentVersion: number | null;
  description: string | null;
  includeTranscript: boolean;
  includeLatencyMetrics: boolean;
  isActive: boolean;
  disabledReason: DisabledReason | null;
  disabledAt: string | null;
  failures: number;
  failingSince: string | null;
  previousSecretUntil: string | null;
  createdAt: string;
}

export const DELIVERY_STATUSES = ["pending", "delivered", "failed", "cancelled"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export interface Delivery {
  id: string;
  eventId: string;
  type: string;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: string | null;
  lastAttemptAt: string | null;
  outcome: string | null;
  responseStatus: number | null;
  responseMs: number | null;
  responseBody: string | null;
  occurredAt: string;
}

export const KEY_STATUSES = ["active", "rotating", "expired", "revoked"] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** A signing key, without its secret. */
export interface SigningKey {
  id: string;
  keyId: string;
  name: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  status: KeyStatus;
}

/** An access token, without its secret. */
export interface AccessToken {
  id: string;
  name: string;
  role: string;
  hint: string;
  createdAt: string;
  lastUsedAt: string | null;
  revoked: boolean;
}

export function readWebhook(value: unknown): Webhook {
  const from = record(value);
  const reason = textOrNull(from.disabled_reason);
  return {
    id: text(from.id),
    url: text(from.url),
    events: texts(from.events),
    agentId: textOrNull(from.agent_id),
    agentVersion: countOrNull(from.agent_version),
    description: textOrNull(from.description),
    includeTranscript: from.include_transcript === true,
    includeLatencyMetrics: from.include_latency_metrics === true,
    isActive: from.is_active === true,
    disabledReason: reason === null ? null : oneOf(DISABLED_REASONS, reason),
    disabledAt: textOrNull(from.disabled_at),
    failures: count(from.failures),
    failingSince: textOrNull(from.failing_since),
    previousSecretUntil: textOrNull(from.previous_secret_until),
    createdAt: text(from.created_at),
  };
}

export function readDelivery(value: unknown): Delivery {
  const from = record(value);
  return {
    id: text(from.id),
    eventId: text(from.event_id),
    type: text(from.type),
    status: oneOf(DELIVERY_STATUSES, from.status),
    attempts: count(from.attempts),
    nextAttemptAt: textOrNull(from.next_attempt_at),
    lastAttemptAt: textOrNull(from.last_attempt_at),
    outcome: textOrNull(from.outcome),
    responseStatus: countOrNull(from.response_status),
    responseMs: countOrNull(from.response_ms),
    responseBody: textOrNull(from.response_body),
    occurredAt: text(from.occurred_at),
  };
}

export function readKey(value: unknown): SigningKey {
  const from = record(value);
  return {
    id: text(from.id),
    keyId: text(from.key_id),
    name: text(from.name),
    scopes: texts(from.scopes),
    createdAt: text(from.created_at),
    expiresAt: textOrNull(from.expires_at),
    lastUsedAt: textOrNull(from.last_used_at),
    status: oneOf(KEY_STATUSES, from.status),
  };
}

export function readToken(value: unknown): AccessToken {
  const from = record(value);
  return {
    id: text(from.id),
    name: text(from.name),
    role: text(from.role),
    hint: text(from.hint),
    createdAt: text(from.created_at),
    lastUsedAt: textOrNull(from.last_used_at),
    revoked: from.status === "revoked",
  };
}
