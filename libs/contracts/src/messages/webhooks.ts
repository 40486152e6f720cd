import { z } from "zod";
import { event, rpc } from "../declare.js";
import { usage } from "../turns.js";
import { createWebhookBody, updateWebhookBody } from "../webhook-bodies.js";
import { principal, repeatableRequest, replayable, sessionAccess } from "./callers.js";

const uuid = z.uuid();
const iso = z.string();

export const webhookView = z.object({
  id: uuid,
  url: z.string(),
  events: z.array(z.string()),
  agent_id: uuid.nullable(),
  /** Set = the `workflow.webhook` of this version: it changes with the document, not here. */
  agent_version: z.number().int().nullable(),
  description: z.string().nullable(),
  include_transcript: z.boolean(),
  include_latency_metrics: z.boolean(),
  is_active: z.boolean(),
  disabled_reason: z.enum(["owner", "gone", "failing"]).nullable(),
  disabled_at: iso.nullable(),
  /** Failed attempts in a row. */
  failures: z.number().int(),
  failing_since: iso.nullable(),
  /** Until then the secret before the last rotation signs too. */
  previous_secret_until: iso.nullable(),
  created_at: iso,
  updated_at: iso,
});
export type WebhookView = z.infer<typeof webhookView>;

export const webhookDelivery = z.object({
  id: uuid,
  webhook_id: uuid,
  /** What receivers see as `webhook-id`. */
  event_id: uuid,
  type: z.string(),
  conversation_id: uuid.nullable(),
  status: z.enum(["pending", "delivered", "failed", "cancelled"]),
  attempts: z.number().int(),
  next_attempt_at: iso.nullable(),
  last_attempt_at: iso.nullable(),
  /** Of the last attempt. */
  outcome: z.string().nullable(),
  response_status: z.number().int().nullable(),
  response_ms: z.number().int().nullable(),
  /** The beginning of the answer. */
  response_body: z.string().nullable(),
  occurred_at: iso,
  ended_at: iso.nullable(),
  created_at: iso,
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;

const owned = { principal, id: uuid };
const webhook = z.object({ webhook: webhookView });
const withSecret = z.object({ webhook: webhookView, secret: z.string(), ...replayable });
const delivery = z.object({ delivery: webhookDelivery, ...replayable });
const paged = { limit: z.number().int(), cursor: z.string().optional() };

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("sessions", name, "sessions", request, response);

/** The secret is told here and by a rotation only. */
export const createWebhook = call(
  "create_webhook",
  z.object({
    principal,
    body: createWebhookBody,
    ...repeatableRequest,
  }),
  withSecret,
);
export const listWebhooks = call(
  "list_webhooks",
  z.object({ principal, ...paged }),
  z.object({ data: z.array(webhookView), nextCursor: z.string().nullable() }),
);
export const getWebhook = call("get_webhook", z.object(owned), webhook);
export const updateWebhook = call("update_webhook", z.object({ ...owned, body: updateWebhookBody }), webhook);
export const deleteWebhook = call("delete_webhook", z.object(owned), z.object({}));
export const rotateWebhook = call(
  "rotate_webhook",
  z.object({ ...owned, overlapSeconds: z.number().int(), ...repeatableRequest }),
  withSecret,
);
/** A new secret for the `webhook:` actions of the tenant's workflows, told here only. The first one has no predecessor. */
export const rotateActionSecret = call(
  "rotate_action_secret",
  z.object({ principal, overlapSeconds: z.number().int(), ...repeatableRequest }),
  z.object({ secret: z.string(), previousSecretUntil: iso.nullable(), ...replayable }),
);
/** Sends `webhook.test` to one receiver, whatever it listens to. */
export const testWebhook = call("test_webhook", z.object({ ...owned, ...repeatableRequest }), delivery);
export const listWebhookDeliveries = call(
  "list_webhook_deliveries",
  z.object({ ...owned, status: webhookDelivery.shape.status.optional(), ...paged }),
  z.object({ data: z.array(webhookDelivery), nextCursor: z.string().nullable() }),
);
/** `id`: the delivery. Sends it once more, with all tries, under the same event id. */
export const redeliverWebhook = call("redeliver_webhook", z.object({ ...owned, ...repeatableRequest }), delivery);

/** A receiver was switched off: it said that it is gone, or failed for long. */
export const webhookDisabled = event(
  "sessions",
  "webhook_disabled",
  z.object({ tenantId: uuid, webhookId: uuid, agentId: uuid.nullable(), reason: z.enum(["gone", "failing"]) }),
);

/** What a session that has ended was asked (`post_call_analysis`). */
export const sessionAnalysis = z.object({
  /** `skipped`: the budget of the session's link had no room for it; `error_code` says how. */
  status: z.enum(["pending", "done", "failed", "skipped"]),
  /** Question → answer, null = the conversation does not say; null as a whole until it is done. */
  answers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  /** Required questions without an answer. */
  unanswered: z.array(z.string()),
  model: z.string().nullable(),
  error_code: z.string().nullable(),
  /** Of all attempts. */
  usage: usage.optional(),
  created_at: iso,
  ended_at: iso.nullable(),
});
export type SessionAnalysis = z.infer<typeof sessionAnalysis>;

/** null = its version asks nothing, it has not ended, or nobody said anything. */
export const getSessionAnalysis = call(
  "analysis",
  z.object({ access: sessionAccess }),
  z.object({ analysis: sessionAnalysis.nullable() }),
);
export const sessionAnalyzed = event(
  "sessions",
  "analyzed",
  z.object({ tenantId: uuid, sessionId: z.string(), conversationId: uuid }),
);
