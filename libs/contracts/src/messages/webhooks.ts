import { z } from "zod";
import { event, rpc } from "../declare.js";
import { sessionAnalysis } from "../http/session-analysis.js";
import { createWebhookBody, updateWebhookBody, webhookDelivery, webhookView } from "../http/webhooks.js";
import { principal, repeatableRequest, replayable, sessionAccess } from "./callers.js";

const uuid = z.uuid();

const iso = z.string();

const owned = { principal, id: uuid };

const webhook = z.object({ webhook: webhookView });

const withSecret = z.object({ webhook: webhookView, secret: z.string(), ...replayable });

const delivery = z.object({ delivery: webhookDelivery, ...replayable });

const paged = { limit: z.number().int(), cursor: z.string().optional() };

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("sessions", name, "sessions", request, response);

/** The secret is returned only here and by a rotation. */
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

/** A new secret for the `webhook:` actions of the tenant's workflows, shown here only. The first one has no predecessor. */
export const rotateActionSecret = call(
  "rotate_action_secret",
  z.object({ principal, overlapSeconds: z.number().int(), ...repeatableRequest }),
  z.object({ secret: z.string(), previousSecretUntil: iso.nullable(), ...replayable }),
);

/** Sends `webhook.test` to one receiver, whatever it listens to. */
export const testWebhook = call("test_webhook", z.object({ ...owned, ...repeatableRequest }), delivery);

/** `id`: the receiver; absent = of all receivers of the tenant. */
export const listWebhookDeliveries = call(
  "list_webhook_deliveries",
  z.object({
    principal,
    id: uuid.optional(),
    status: webhookDelivery.shape.status.optional(),
    type: z.string().max(100).optional(),
    ...paged,
  }),
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
