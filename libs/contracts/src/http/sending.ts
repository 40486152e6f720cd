import { z } from "zod";
import { normaliseEmail } from "../email-address.js";
import { messageTemplateName } from "./message-templates.js";
import { plainText as text } from "./plain-text.js";

const uuid = z.uuid();
const iso = z.string();
const count = z.int().min(0);
export const SEND_CHANNELS = ["email", "sms", "slack", "teams", "webhook"] as const;
export const sendChannel = z.enum(SEND_CHANNELS);
export type SendChannel = z.infer<typeof sendChannel>;

export const MAX_RECIPIENTS = 1_000;

const language = z.string().regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$/, "must be a language tag, like de or pt-BR");

const fullRecipient = z.strictObject({
  /** Of email an address, of sms a number with its country (+49…), of slack, teams and webhook the https address to post to. */
  address: text(2_000),
  name: text(200).optional(),
  /** Default: that of the call, else that of the link's branding. */
  language: language.optional(),
});

/** A recipient, or their address alone. */
export const sendRecipient = z.union([text(2_000), fullRecipient]);
export type SendRecipient = z.infer<typeof fullRecipient>;

/** What a send-out is made of, besides its link; schedules have the same. */
export const sendFields = {
  channel: sendChannel,
  recipients: z.array(sendRecipient).min(1).max(MAX_RECIPIENTS),
  template: messageTemplateName.optional(),
  /** In place of the template's; of channels with subjects. */
  subject: text(200).optional(),
  /** In place of the template's words. `{{recipient.name}}`, `{{agent.name}}`, `{{link.title}}` and `{{link.url}}` are filled in. */
  message: text(4_000).optional(),
  /** Each recipient gets a link of their own. Default: of people (email, sms) true, of channels false. */
  personalised: z.boolean().optional(),
  /** The log tells who opened their own link. Default false. */
  track_opens: z.boolean().optional(),
  language: language.optional(),
};

export const sendLinkBody = z
  .strictObject({
    ...sendFields,
    /** Says what would be sent and to how many, and sends nothing. */
    dry_run: z.boolean().optional(),
  })
  .meta({
    id: "SendLink",
    description: "Recipients, channel and text for sending a link",
    examples: [
      { channel: "email", recipients: [{ address: "ada@example.com", name: "Ada" }], template: "daily_checkin" },
    ],
  });
export type SendLinkBody = z.infer<typeof sendLinkBody>;

/** The one spelling of an address on its channel; null = nothing can be sent there. */
export function recipientAddress(channel: SendChannel, address: string): string | null {
  switch (channel) {
    case "email":
      return normaliseEmail(address);
    case "sms": {
      const digits = address.replace(/[\s().-]/g, "");
      return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
    }
    default:
      return isPlainHttp(address) ? new URL(address).toString() : null;
  }
}

function isPlainHttp(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "";
}

const accepted = {
  /** Of the list, each counted once. */
  recipients: count,
  /** Recipients that were named more than once, less one each. */
  duplicates: count,
  /** Not sent to: they want no more mail. */
  suppressed: count,
  /** Not sent to: they had enough within 24 hours. */
  limited: count,
};

export const sendAccepted = z.object({ delivery_id: uuid, status: z.literal("sending"), ...accepted }).meta({
  id: "SendAccepted",
  description: "A delivery that was begun; its progress is at `GET …/deliveries/{delivery}`",
  examples: [
    {
      delivery_id: "018f3a5e-7c1b-7d2e-8a4f-000000000006",
      status: "sending",
      recipients: 12,
      duplicates: 0,
      suppressed: 1,
      limited: 0,
    },
  ],
});

export const sendPreview = z
  .object({
    dry_run: z.literal(true),
    ...accepted,
    /** The message of the first recipient, with a placeholder in place of their link. */
    preview: z.object({ to: z.string(), language: z.string(), subject: z.string().nullable(), text: z.string() }),
  })
  .meta({
    id: "SendPreview",
    description: "A dry run of a delivery; nothing was sent",
    examples: [
      {
        dry_run: true,
        recipients: 1,
        duplicates: 0,
        suppressed: 0,
        limited: 0,
        preview: {
          to: "ada@example.com",
          language: "en",
          subject: "Your daily check-in with Desk",
          text: "Hello Ada,\n\nTell Desk about your plans for today.\n\nhttps://chat.example.com/public/chat/pl_…\n",
        },
      },
    ],
  });

const DELIVERY_EXAMPLE = {
  id: "018f3a5e-7c1b-7d2e-8a4f-000000000006",
  agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
  link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  link_title: "Daily check-in",
  channel: "email",
  personalised: true,
  template: "daily_checkin",
  subject: null,
  message: null,
  schedule_id: null,
  created_by: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
  created_at: "2026-11-01T09:00:00.000Z",
  status: "done",
  finished_at: "2026-11-01T09:00:03.000Z",
  counts: { recipients: 12, pending: 0, sent: 11, failed: 0, suppressed: 1, limited: 0, in_doubt: 0, cancelled: 0 },
  track_opens: true,
  engagement: { opened: 9, chatted: 7, completed: 5 },
};

export const linkDelivery = z
  .object({
    id: uuid,
    agent_id: uuid,
    link_id: uuid,
    link_title: z.string(),
    channel: sendChannel,
    personalised: z.boolean(),
    template: z.string(),
    subject: z.string().nullable(),
    message: z.string().nullable(),
    /** The schedule that sent it; null = a caller did. */
    schedule_id: uuid.nullable(),
    created_by: z.string(),
    created_at: iso,
    status: z.enum(["sending", "done", "cancelled"]),
    finished_at: iso.nullable(),
    counts: z.object({
      recipients: count,
      pending: count,
      sent: count,
      failed: count,
      suppressed: count,
      limited: count,
      /** The server stopped during the call of a provider that cannot be queried afterwards. */
      in_doubt: count,
      cancelled: count,
    }),
    track_opens: z.boolean().default(false),
    /**
     * Recipients who opened their own link (null = the delivery was not sent with `track_opens`), wrote on it, and whose conversation reached
     * its end; null = they share one link.
     */
    engagement: z.object({ opened: count.nullable().default(null), chatted: count, completed: count }).nullable(),
  })
  .meta({ id: "LinkDelivery", description: "A link sent to recipients", examples: [DELIVERY_EXAMPLE] });
export type LinkDelivery = z.infer<typeof linkDelivery>;

/** `missed`: somebody was not reached, or nobody knows whether they were. */
export const linkDeliveryFilter = z.object({
  status: linkDelivery.shape.status.optional(),
  channel: sendChannel.optional(),
  missed: z.boolean().optional(),
});

export const recipientStatus = z.enum(["pending", "sent", "failed", "suppressed", "limited", "in_doubt", "cancelled"]);

export const deliveryRecipient = z
  .object({
    id: uuid,
    /** For slack, teams and webhook only the host, because the full URL allows posting. */
    address: z.string(),
    name: z.string().nullable(),
    language: z.string(),
    /** Their own link. */
    link_id: uuid.nullable(),
    status: recipientStatus,
    attempts: count,
    /** A word for how the last attempt went. */
    outcome: z.string().nullable(),
    /** The provider's name of the message. */
    provider_id: z.string().nullable(),
    next_attempt_at: iso.nullable(),
    sent_at: iso.nullable(),
    /** null = the delivery was not sent with `track_opens`, or they share their link with others. */
    opened: z.boolean().nullable().default(null),
    /** null = they share their link with others. */
    chatted: z.boolean().nullable(),
    completed: z.boolean().nullable(),
  })
  .meta({
    id: "DeliveryRecipient",
    description: "One recipient of a delivery with its status",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000007",
        address: "ada@example.com",
        name: "Ada",
        language: "en",
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000008",
        status: "sent",
        attempts: 1,
        outcome: null,
        provider_id: null,
        next_attempt_at: null,
        sent_at: "2026-11-01T09:00:01.000Z",
        opened: true,
        chatted: true,
        completed: false,
      },
    ],
  });
export type DeliveryRecipient = z.infer<typeof deliveryRecipient>;

/** Channels that speak to a person, who may want no more of it. */
export const suppressBody = z
  .strictObject({ channel: z.enum(["email", "sms"]).default("email"), address: text(320) })
  .meta({
    id: "Suppress",
    description: "An address to suppress",
    examples: [{ address: "ada@example.com" }],
  });

export const suppression = z
  .object({
    id: uuid,
    /** null = it was erased, or nobody here ever knew it. */
    address: z.string().nullable(),
    reason: z.enum(["unsubscribed", "owner", "bounced"]),
    created_at: iso,
  })
  .meta({
    id: "Suppression",
    description: "A suppressed address",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000009",
        address: "ada@example.com",
        reason: "unsubscribed",
        created_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type Suppression = z.infer<typeof suppression>;
