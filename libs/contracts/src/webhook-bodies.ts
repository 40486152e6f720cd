import { z } from "zod";

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

export const createWebhookBody = z.strictObject({
  url: address,
  events,
  /** Slug or id; absent = of every agent. */
  agent: z.string().min(1).max(255).optional(),
  ...settings,
});
export type CreateWebhookBody = z.infer<typeof createWebhookBody>;

export const updateWebhookBody = z.strictObject({
  url: address.optional(),
  events: events.optional(),
  is_active: z.boolean().optional(),
  ...settings,
});
export type UpdateWebhookBody = z.infer<typeof updateWebhookBody>;

/** `overlap_seconds`: how long the old secret signs beside the new one; 0 = not at all. */
export const rotateWebhookBody = z.strictObject({ overlap_seconds: z.int().min(0).max(86_400).optional() });
