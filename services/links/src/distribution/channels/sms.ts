import type { Outbound, OutboundResult } from "@parley/outbound";
import { z } from "zod";
import type { LinksConfig } from "../../config.js";
import { asShortText } from "../write-message.js";
import { ANSWER_BYTES, ATTEMPT_MS, type Channel, neverConnected, type Parcel, type Told } from "./channel.js";

const created = z.object({ sid: z.string().max(64) });
const listed = z.object({
  messages: z.array(z.object({ sid: z.string(), body: z.string(), date_created: z.string(), status: z.string() })),
});

const bounds = { timeoutMs: ATTEMPT_MS, maxBytes: ANSWER_BYTES };
/** Newest messages to a number that are searched; several send-outs may reach it within a minute. */
const LOOKED_AT = 50;
/** Tolerance for differing clocks. */
const SKEW_MS = 60_000;

/** Whether the account for text messages is configured. */
export const canSendSms = (config: LinksConfig): boolean =>
  [config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN, config.TWILIO_FROM].every((value) => value !== undefined);

/**
 * By Twilio's API. It does not detect repeats, so an attempt with an unknown outcome is not repeated until the provider's own
 * list of messages to the number shows none with this text.
 */
export function smsChannel({ outbound, config }: { outbound: Outbound; config: LinksConfig }): Channel {
  const account = encodeURIComponent(config.TWILIO_ACCOUNT_SID ?? "");
  const url = `${config.TWILIO_URL}/2010-04-01/Accounts/${account}/Messages.json`;
  const pair = `${config.TWILIO_ACCOUNT_SID ?? ""}:${config.TWILIO_AUTH_TOKEN ?? ""}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  const from = config.TWILIO_FROM ?? "";
  return {
    async send({ tenantId, id, address, message }, signal) {
      const sender = /^MG[0-9a-f]{32}$/i.test(from) ? "MessagingServiceSid" : "From";
      const form = new URLSearchParams({ To: address, [sender]: from, Body: asShortText(message) });
      // With a callback address that it cannot reach, the provider would refuse the message.
      const { PUBLIC_URL } = config;
      if (PUBLIC_URL.startsWith("https://"))
        form.set("StatusCallback", `${PUBLIC_URL}/provider-events/twilio?recipient=${id}`);
      const result = await outbound.request({
        ...{ method: "POST", url, tenantId, signal, ...bounds },
        headers: { "content-type": "application/x-www-form-urlencoded", authorization },
        body: form.toString(),
      });
      return toldBy(result);
    },
    async find({ tenantId, address, message }: Parcel, since: string, signal: AbortSignal): Promise<Told> {
      const after = Date.parse(since) - SKEW_MS;
      const query = {
        To: address,
        PageSize: String(LOOKED_AT),
        "DateSent>": new Date(after).toISOString().slice(0, 10),
      };
      const result = await outbound.request({
        ...{ method: "GET", url, query, headers: { authorization }, tenantId, signal, ...bounds },
      });
      const found = result.type === "answered" && result.status === 200 ? readJson(listed, result.body) : null;
      if (found === null) return { type: "doubt", outcome: "not_answered" };
      const words = asShortText(message);
      const mine = found.messages.find(
        ({ body, date_created }) => body.includes(words) && !(Date.parse(date_created) < after),
      );
      return mine === undefined ? { type: "retry", outcome: "broken_off" } : { type: "sent", providerId: mine.sid };
    },
  };
}

function toldBy(result: OutboundResult): Told {
  switch (result.type) {
    case "refused":
      return { type: "failed", outcome: "refused" };
    case "answered": {
      const { status } = result;
      if (status >= 200 && status <= 299)
        return { type: "sent", providerId: readJson(created, result.body)?.sid ?? undefined };
      if (status === 429 || status === 401 || status === 403) return { type: "retry", outcome: `status_${status}` };
      return status >= 500
        ? { type: "doubt", outcome: `status_${status}` }
        : { type: "failed", outcome: `status_${status}` };
    }
    default:
      return { type: neverConnected(result) ? "retry" : "doubt", outcome: result.type };
  }
}

function readJson<T extends z.ZodType>(schema: T, body: Buffer): z.output<T> | null {
  try {
    return schema.safeParse(JSON.parse(body.toString("utf8"))).data ?? null;
  } catch {
    return null;
  }
}
