import type { Webhook } from "../api/answers.js";
import { EVENT_NAMES, eventsOf } from "./webhook-events.js";

/** The form of a webhook; members are named as in the body. */
export interface WebhookValues {
  url: string;
  scope: "all" | "some";
  events: string[];
  /** Empty = every agent. */
  agent: string;
  description: string;
  include_transcript: boolean;
  include_latency_metrics: boolean;
}

export const NEW_WEBHOOK: WebhookValues = {
  ...{ url: "", scope: "some", events: ["session.started", "session.ended"], agent: "", description: "" },
  ...{ include_transcript: false, include_latency_metrics: false },
};

export const valuesOfWebhook = (webhook: Webhook): WebhookValues => ({
  url: webhook.url,
  scope: webhook.events.includes("*") ? "all" : "some",
  events: webhook.events.includes("*") ? NEW_WEBHOOK.events : eventsOf(webhook.events),
  agent: webhook.agent_id ?? "",
  description: webhook.description ?? "",
  include_transcript: webhook.include_transcript,
  include_latency_metrics: webhook.include_latency_metrics,
});

const eventList = ({ scope, events }: WebhookValues): string[] =>
  scope === "all" ? ["*"] : EVENT_NAMES.filter((name) => events.includes(name));

export function webhookBody(values: WebhookValues): Record<string, unknown> {
  const { include_transcript, include_latency_metrics } = values;
  return {
    url: values.url.trim(),
    events: eventList(values),
    ...(values.agent === "" ? {} : { agent: values.agent }),
    ...(values.description.trim() === "" ? {} : { description: values.description.trim() }),
    ...{ include_transcript, include_latency_metrics },
  };
}

/** Only changed fields, so that two people do not undo each other's changes. */
export function changedWebhook(webhook: Webhook, after: WebhookValues): Record<string, unknown> {
  const before = valuesOfWebhook(webhook);
  const body: Record<string, unknown> = {};
  if (after.url.trim() !== before.url) body.url = after.url.trim();
  if (eventList(after).join() !== eventList(before).join()) body.events = eventList(after);
  if (after.description.trim() !== before.description) body.description = after.description.trim() || null;
  for (const name of ["include_transcript", "include_latency_metrics"] as const) {
    if (after[name] !== before[name]) body[name] = after[name];
  }
  return body;
}
