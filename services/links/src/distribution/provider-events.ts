import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { z } from "zod";
import type { LinksConfig } from "../config.js";

/** What a provider reports about a message that it had accepted. */
export interface ProviderEvent {
  /** Id of the recipient's row, which was sent along with the message. */
  recipientId: string;
  /** `bounced`, `complained`, `unsubscribed`: the address gets no more; `undelivered`: this message alone did not arrive. */
  what: "bounced" | "complained" | "unsubscribed" | "undelivered";
}

/** A call of a provider as it arrived. */
interface ProviderCall {
  /** Address that the provider called, with its query. */
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface ProviderReader {
  /** False = the provider is not set up here. */
  isSetUp: boolean;
  isGenuine(call: ProviderCall): boolean;
  read(call: ProviderCall): ProviderEvent[];
}

/** Mailgun repeats a call for 8 hours; an older one is a replay by somebody else. */
const MAILGUN_AGE_SECONDS = 12 * 3_600;

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function parsed<T extends z.ZodType>(schema: T, body: string): z.output<T> | null {
  try {
    return schema.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

const sendgridEvent = z.object({ event: z.string(), type: z.string().optional(), parley_id: z.uuid() });
const sendgridEvents = z.array(z.unknown()).max(10_000);

function ofSendgrid({ event, type }: z.output<typeof sendgridEvent>): ProviderEvent["what"] | null {
  switch (event) {
    // A blocked mail was refused for now: by its content, or because the mailbox is full.
    case "bounce":
      return type === "blocked" ? "undelivered" : "bounced";
    case "dropped":
      return "undelivered";
    case "spamreport":
      return "complained";
    case "unsubscribe":
    case "group_unsubscribe":
      return "unsubscribed";
    default:
      return null;
  }
}

/** Signed event webhook: ECDSA over time and body, under the key that SendGrid shows. */
const sendgrid = ({ SENDGRID_WEBHOOK_KEY: key }: LinksConfig): ProviderReader => ({
  isSetUp: key !== undefined,
  isGenuine({ headers, body }) {
    const at = headers["x-twilio-email-event-webhook-timestamp"] ?? "";
    const signature = Buffer.from(headers["x-twilio-email-event-webhook-signature"] ?? "", "base64");
    const der = { key: Buffer.from(key ?? "", "base64"), format: "der", type: "spki" } as const;
    return signature.length > 0 && verify("sha256", Buffer.from(at + body), createPublicKey(der), signature);
  },
  read: ({ body }) =>
    (parsed(sendgridEvents, body) ?? []).flatMap((given) => {
      const { data } = sendgridEvent.safeParse(given);
      const what = data === undefined ? null : ofSendgrid(data);
      return data === undefined || what === null ? [] : [{ recipientId: data.parley_id, what }];
    }),
});

const mailgunBody = z.object({
  signature: z.object({ timestamp: z.string(), token: z.string(), signature: z.string() }),
  "event-data": z.object({
    event: z.string(),
    severity: z.string().optional(),
    "user-variables": z.object({ "parley-id": z.uuid() }).optional().catch(undefined),
  }),
});

function ofMailgun(event: string, severity: string | undefined): ProviderEvent["what"] | null {
  if (event === "failed") return severity === "permanent" ? "bounced" : null;
  return event === "complained" || event === "unsubscribed" ? event : null;
}

/** Each call contains a time and a token, signed with the key of the account's webhooks. */
const mailgun = ({ MAILGUN_WEBHOOK_KEY: key }: LinksConfig, now: () => number): ProviderReader => ({
  isSetUp: key !== undefined,
  isGenuine({ body }) {
    const { timestamp = "", token = "", signature = "" } = parsed(mailgunBody, body)?.signature ?? {};
    const isFresh = Math.abs(now() / 1_000 - Number(timestamp)) <= MAILGUN_AGE_SECONDS;
    return (
      isFresh &&
      isSame(
        signature,
        createHmac("sha256", key ?? "")
          .update(timestamp + token)
          .digest("hex"),
      )
    );
  },
  read({ body }) {
    const data = parsed(mailgunBody, body)?.["event-data"];
    const what = data === undefined ? null : ofMailgun(data.event, data.severity);
    const recipientId = data?.["user-variables"]?.["parley-id"];
    return what === null || recipientId === undefined ? [] : [{ recipientId, what }];
  },
});

/** Twilio codes after which no message will ever arrive: permanently unreachable, unknown, a landline, not a number. */
const GONE = new Set(["30005", "30006", "21211", "21614"]);
const STOPPED = "21610";

/** Status callback: HMAC over the address and the fields, under the token of the account. */
const twilio = ({ TWILIO_AUTH_TOKEN: token }: LinksConfig): ProviderReader => ({
  isSetUp: token !== undefined,
  isGenuine({ url, headers, body }) {
    const fields = [...new URLSearchParams(body)].sort(([one], [other]) => (one < other ? -1 : 1));
    const signed = url + fields.flat().join("");
    const expected = createHmac("sha1", token ?? "")
      .update(signed)
      .digest("base64");
    return isSame(headers["x-twilio-signature"] ?? "", expected);
  },
  read({ url, body }) {
    const fields = new URLSearchParams(body);
    const recipientId = z.uuid().safeParse(new URL(url).searchParams.get("recipient")).data;
    if (recipientId === undefined || !["failed", "undelivered"].includes(fields.get("MessageStatus") ?? "")) return [];
    const code = fields.get("ErrorCode") ?? "";
    const what = code === STOPPED ? "unsubscribed" : GONE.has(code) ? "bounced" : "undelivered";
    return [{ recipientId, what }];
  },
});

export const providerReaders = (config: LinksConfig, now: () => number) => ({
  sendgrid: sendgrid(config),
  mailgun: mailgun(config, now),
  twilio: twilio(config),
});
