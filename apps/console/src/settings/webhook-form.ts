import type { Webhook } from "../api/answers.js";
import { eventsOf } from "./webhook-events.js";

export interface WebhookValues {
  url: string;
  /** null = everything. */
  events: ReadonlySet<string> | null;
  /** Empty = every agent. */
  agent: string;
  description: string;
  includeTranscript: boolean;
  includeLatencyMetrics: boolean;
}

export const NEW_WEBHOOK: WebhookValues = {
  url: "",
  events: new Set(["session.started", "session.ended"]),
  agent: "",
  description: "",
  includeTranscript: false,
  includeLatencyMetrics: false,
};

export const valuesOfWebhook = (webhook: Webhook): WebhookValues => ({
  url: webhook.url,
  events: webhook.events.includes("*") ? null : new Set(eventsOf(webhook.events)),
  agent: webhook.agent_id ?? "",
  description: webhook.description ?? "",
  includeTranscript: webhook.include_transcript,
  includeLatencyMetrics: webhook.include_latency_metrics,
});

/** What the server need not be asked about. */
export function wrongInWebhook({ url, events }: WebhookValues): Record<string, string> {
  const wrong: Record<string, string> = {};
  const isWeb = URL.canParse(url.trim()) && /^https?:$/.test(new URL(url.trim()).protocol);
  if (!isWeb) wrong.url = "Write the whole address, such as https://example.com/parley.";
  if (events !== null && events.size === 0) wrong.events = "Choose at least one event, or everything.";
  return wrong;
}

const eventList = (events: ReadonlySet<string> | null): string[] => (events === null ? ["*"] : [...events]);

export function webhookBody(values: WebhookValues): Record<string, unknown> {
  return {
    url: values.url.trim(),
    events: eventList(values.events),
    ...(values.agent === "" ? {} : { agent: values.agent }),
    ...(values.description.trim() === "" ? {} : { description: values.description.trim() }),
    include_transcript: values.includeTranscript,
    include_latency_metrics: values.includeLatencyMetrics,
  };
}

/** Only what was changed, so that two people do not undo each other. */
export function changedWebhook(before: WebhookValues, after: WebhookValues): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (after.url.trim() !== before.url) body.url = after.url.trim();
  if (eventList(after.events).sort().join() !== eventList(before.events).sort().join())
    body.events = eventList(after.events);
  if (after.description.trim() !== before.description) body.description = after.description.trim() || null;
  if (after.includeTranscript !== before.includeTranscript) body.include_transcript = after.includeTranscript;
  if (after.includeLatencyMetrics !== before.includeLatencyMetrics)
    body.include_latency_metrics = after.includeLatencyMetrics;
  return body;
}
