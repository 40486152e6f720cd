import type { Outbound, OutboundResult } from "@parley/outbound";
import { asText, type SentMessage } from "../write-message.js";
import { ANSWER_BYTES, ATTEMPT_MS, type Channel, neverConnected, type Parcel, type Told } from "./channel.js";

/** Slack interprets these three as markup. */
const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const slackBody = ({ message }: Parcel): unknown => ({ text: slackText(asText(message)), unfurl_links: false });

const block = (text: string, more: object = {}): object => ({ type: "TextBlock", text, wrap: true, ...more });

/** An adaptive card, which both kinds of incoming webhooks of Teams accept. */
const teamsBody = ({ message, title }: Parcel): unknown => ({
  type: "message",
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [
          block(message.subject, { weight: "Bolder" }),
          ...[message.greeting, message.words].map((text) => block(text)),
          ...(message.expiry === null ? [] : [block(message.expiry, { isSubtle: true })]),
        ],
        actions: [{ type: "Action.OpenUrl", title, url: message.url }],
      },
    },
  ],
});

const webhookBody = ({ deliveryId, id, name, agent, title, expiresAt, message }: Parcel): unknown => ({
  type: "link.sent",
  data: {
    ...{ delivery_id: deliveryId, recipient_id: id, recipient: { name }, agent: { name: agent } },
    link: { title, url: message.url, expires_at: expiresAt },
    message: { language: message.language, subject: message.subject, text: textWithoutAddress(message) },
  },
});

const textWithoutAddress = ({ greeting, words }: SentMessage): string => `${greeting}\n\n${words}`;

const post = (outbound: Outbound, { tenantId, address, id }: Parcel, body: unknown, signal: AbortSignal) =>
  outbound.request({
    ...{ method: "POST", url: address, tenantId, signal, timeoutMs: ATTEMPT_MS, maxBytes: ANSWER_BYTES },
    // The same in each attempt, for receivers that detect repeats.
    headers: { "content-type": "application/json", "webhook-id": id, "idempotency-key": id },
    body: JSON.stringify(body),
  });

function statusOf(result: OutboundResult): number | null {
  return result.type === "answered" ? result.status : null;
}

/** Incoming webhooks of chats accept no id and cannot be queried: a message that may have been posted is not posted again. */
const chatChannel = (outbound: Outbound, bodyOf: (parcel: Parcel) => unknown): Channel => ({
  async send(parcel, signal) {
    const result = await post(outbound, parcel, bodyOf(parcel), signal);
    const status = statusOf(result);
    if (status === null) {
      if (neverConnected(result)) return { type: "retry", outcome: "unreachable" };
      return result.type === "refused"
        ? { type: "failed", outcome: "refused" }
        : { type: "doubt", outcome: result.type };
    }
    if (status >= 200 && status <= 299) return { type: "sent" };
    if (status === 429 || status === 503) return { type: "retry", outcome: `status_${status}` };
    return status >= 500
      ? { type: "doubt", outcome: `status_${status}` }
      : { type: "failed", outcome: `status_${status}` };
  },
});

export const slackChannel = (outbound: Outbound): Channel => chatChannel(outbound, slackBody);
export const teamsChannel = (outbound: Outbound): Channel => chatChannel(outbound, teamsBody);

/** A custom receiver, which detects a repeat by its `webhook-id`. */
export const webhookChannel = (outbound: Outbound): Channel => ({
  async send(parcel, signal) {
    const result = await post(outbound, parcel, webhookBody(parcel), signal);
    const status = statusOf(result);
    if (status !== null && status >= 200 && status <= 299) return { type: "sent" };
    if (result.type === "refused" || status === 410) return told("failed", result);
    return told("retry", result);
  },
});

const told = (type: "failed" | "retry", result: OutboundResult): Told => ({
  type,
  outcome: result.type === "answered" ? `status_${result.status}` : result.type,
});
