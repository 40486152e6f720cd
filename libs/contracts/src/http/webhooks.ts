import { z } from "zod";

const uuid = z.uuid();
const iso = z.string();

/** What webhooks tell of. A receiver may also name a whole domain (`session.*`) or everything (`*`). */
export const WEBHOOK_EVENTS = [
  "session.started",
  "session.ended",
  "session.analyzed",
  "message.completed",
  "escalation.opened",
  "escalation.assigned",
  "escalation.resolved",
  "link.created",
  "link.updated",
  "link.revoked",
  "delivery.sent",
  "delivery.failed",
  "webhook.disabled",
  "alert.fired",
  "alert.recovered",
  "audit.entry",
] as const;

const DOMAINS = [...new Set(WEBHOOK_EVENTS.map((name) => `${name.slice(0, name.indexOf("."))}.*`))];

const eventName = z.enum(["*", ...DOMAINS, ...WEBHOOK_EVENTS]);

const isPlainHttp = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "";
};

const address = z
  .string()
  .max(2_000)
  .refine(isPlainHttp, { message: "must be an http or https address without credentials" });

const events = z.array(eventName).min(1).max(50);

const settings = {
  description: z.string().max(500).nullish(),
  include_transcript: z.boolean().optional(),
  include_latency_metrics: z.boolean().optional(),
};

export const createWebhookBody = z
  .strictObject({
    url: address,
    events,
    /** Slug or id; absent = of every agent. */
    agent: z.string().min(1).max(255).optional(),
    ...settings,
  })
  .meta({
    id: "CreateWebhook",
    description: "A receiver of webhooks to create",
    examples: [{ url: "https://example.com/hooks", events: ["session.*"] }],
  });

export type CreateWebhookBody = z.infer<typeof createWebhookBody>;

export const updateWebhookBody = z
  .strictObject({
    url: address.optional(),
    events: events.optional(),
    is_active: z.boolean().optional(),
    ...settings,
  })
  .meta({ id: "UpdateWebhook", description: "The fields of a receiver to change", examples: [{ is_active: true }] });

/** `overlap_seconds`: how long the old secret signs beside the new one; 0 = not at all. */
export const rotateWebhookBody = z.strictObject({ overlap_seconds: z.int().min(0).max(86_400).optional() }).meta({
  id: "RotateSecret",
  description: "How long both secrets sign deliveries",
  examples: [{ overlap_seconds: 3600 }],
});

const WEBHOOK_EXAMPLE = {
  id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  url: "https://example.com/hooks",
  events: ["session.*"],
  agent_id: null,
  agent_version: null,
  description: null,
  include_transcript: false,
  include_latency_metrics: false,
  is_active: true,
  disabled_reason: null,
  disabled_at: null,
  failures: 0,
  failing_since: null,
  previous_secret_until: null,
  created_at: "2026-11-01T10:00:00.000Z",
  updated_at: "2026-11-01T10:00:00.000Z",
};

export const webhookView = z
  .object({
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
  })
  .meta({
    id: "Webhook",
    description: "A receiver of webhooks; never its secret",
    examples: [WEBHOOK_EXAMPLE],
  });

export type WebhookView = z.infer<typeof webhookView>;

export const webhookDelivery = z
  .object({
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
  })
  .meta({
    id: "WebhookDelivery",
    description: "A delivery to a receiver and its result",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        webhook_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        event_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        type: "session.ended",
        conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        status: "delivered",
        attempts: 1,
        next_attempt_at: null,
        last_attempt_at: "2026-11-01T10:00:00.000Z",
        outcome: null,
        response_status: 200,
        response_ms: 80,
        response_body: "ok",
        occurred_at: "2026-11-01T10:00:00.000Z",
        ended_at: "2026-11-01T10:00:00.000Z",
        created_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

export type WebhookDelivery = z.infer<typeof webhookDelivery>;

/** The secret is returned on creation, never again. */
export const webhookWithSecret = webhookView.extend({ secret: z.string() }).meta({
  id: "WebhookWithSecret",
  description: "A receiver with its secret, returned only on creation and rotation",
  examples: [
    {
      ...WEBHOOK_EXAMPLE,
      secret: "whsec_x",
    },
  ],
});
