import type { Mailer } from "@parley/mail";
import type { Outbound, OutboundResult } from "@parley/outbound";
import { z } from "zod";
import type { LinksConfig } from "../../config.js";
import { asText, withUnsubscribe } from "../write-message.js";
import { ANSWER_BYTES, ATTEMPT_MS, type Channel, type Parcel, type Told } from "./channel.js";

/** The headers of RFC 2369 and RFC 8058: a mail program shows a button that needs no page. */
const listHeaders = (unsubscribe: string): Record<string, string> => ({
  "List-Unsubscribe": `<${unsubscribe}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});

const textOf = ({ message, unsubscribe }: Parcel): string =>
  withUnsubscribe(asText(message), message.language, unsubscribe);

/** The same in each attempt, so that receivers can detect a repeat. */
const messageId = ({ id }: Parcel): string => `<${id}@parley>`;

/** By SMTP, or into the development mailbox, which stores a mail once. A server that accepted a mail twice has it twice under one id. */
export const smtpChannel = (mailer: Mailer): Channel => ({
  async send(parcel) {
    const { tenantId, id, address: to, message, unsubscribe } = parcel;
    const { subject, language } = message;
    const headers = listHeaders(unsubscribe);
    const refusal = await mailer.attempt({ tenantId, to, subject, text: textOf(parcel), language, id, headers });
    if (refusal === null) return mailer.kind === "mailbox" ? { type: "sent", outcome: "mailbox" } : { type: "sent" };
    return refusal === "refused" ? { type: "failed", outcome: refusal } : { type: "retry", outcome: refusal };
  },
});

interface HttpDeps {
  outbound: Outbound;
  config: LinksConfig;
}

/** `Name <address>` or an address alone. */
function senderOf(from: string): { email: string; name?: string } {
  const [, name = "", email = ""] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(from) ?? [];
  return email === "" ? { email: from.trim() } : { email, ...(name !== "" && { name }) };
}

/** Interprets the answer of a mail provider. A repeat has the id of the first, so anything not final is retried. */
function toldBy(result: OutboundResult, idOf: (answer: Extract<OutboundResult, { type: "answered" }>) => string): Told {
  if (result.type !== "answered") {
    return result.type === "refused" ? { type: "failed", outcome: "refused" } : { type: "retry", outcome: result.type };
  }
  const { status } = result;
  if (status >= 200 && status <= 299) return { type: "sent", providerId: idOf(result) || undefined };
  // The operator can correct keys and quotas; errors of the message itself are final.
  const isOurs = status >= 500 || [401, 402, 403, 404, 408, 425, 429].includes(status);
  return isOurs ? { type: "retry", outcome: `status_${status}` } : { type: "failed", outcome: `status_${status}` };
}

const bounds = { timeoutMs: ATTEMPT_MS, maxBytes: ANSWER_BYTES };

export const sendgridChannel = ({ outbound, config }: HttpDeps): Channel => ({
  async send(parcel, signal) {
    const { tenantId, id, address, message, deliveryId } = parcel;
    const body = {
      personalizations: [{ to: [{ email: address }], custom_args: { parley_id: id, parley_delivery: deliveryId } }],
      from: senderOf(config.MAIL_FROM),
      subject: message.subject,
      content: [{ type: "text/plain", value: textOf(parcel) }],
      headers: {
        "Message-ID": messageId(parcel),
        "Content-Language": message.language,
        ...listHeaders(parcel.unsubscribe),
      },
      tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } },
    };
    const result = await outbound.request({
      ...{ method: "POST", url: `${config.SENDGRID_URL}/v3/mail/send`, tenantId, signal, ...bounds },
      headers: { "content-type": "application/json", authorization: `Bearer ${config.SENDGRID_API_KEY ?? ""}` },
      body: JSON.stringify(body),
    });
    return toldBy(result, ({ headers }) => headers["x-message-id"] ?? "");
  },
});

const mailgunAnswer = z.object({ id: z.string().max(300) });

export const mailgunChannel = ({ outbound, config }: HttpDeps): Channel => ({
  async send(parcel, signal) {
    const { tenantId, id, address, message, deliveryId } = parcel;
    const { MAILGUN_URL, MAILGUN_API_KEY: key = "", MAILGUN_DOMAIN: domain = "" } = config;
    const headers = { "Message-Id": messageId(parcel), ...listHeaders(parcel.unsubscribe) };
    const form = new URLSearchParams({
      ...{ from: config.MAIL_FROM, to: address, subject: message.subject, text: textOf(parcel) },
      ...{ "o:tracking": "no", "v:parley-id": id, "v:parley-delivery": deliveryId },
      ...{ "h:Content-Language": message.language },
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [`h:${name}`, value])),
    });
    const result = await outbound.request({
      ...{
        method: "POST",
        url: `${MAILGUN_URL}/v3/${encodeURIComponent(domain)}/messages`,
        tenantId,
        signal,
        ...bounds,
      },
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: `Basic ${Buffer.from(`api:${key}`).toString("base64")}`,
      },
      body: form.toString(),
    });
    return toldBy(result, ({ body }) => idIn(body));
  },
});

function idIn(body: Buffer): string {
  try {
    return mailgunAnswer.safeParse(JSON.parse(body.toString("utf8"))).data?.id ?? "";
  } catch {
    return "";
  }
}
