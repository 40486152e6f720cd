import type { SendChannel } from "@parley/contracts";
import type { SendLinkBody } from "../api/sending-calls.js";
import { recipientsOf } from "../schedules/schedule-body.js";

export interface SendValues {
  channel: SendChannel;
  recipients: string;
  /** Built-in, or the team's own. */
  template: string;
  subject: string;
  message: string;
  /** Each person gets a personal link. */
  personalised: boolean;
  /** The list shows who opened their link. */
  track_opens: boolean;
}

export const NEW_SENDING: SendValues = {
  ...{
    channel: "email",
    recipients: "",
    template: "invitation",
    subject: "",
    message: "",
    personalised: true,
    track_opens: false,
  },
};

/** Channels whose recipients are people, not rooms. */
export const isPersonal = (channel: SendChannel): boolean => channel === "email" || channel === "sms";

export const ADDRESSES: Record<SendChannel, { label: string; help: string }> = {
  email: {
    label: "E-mail addresses",
    help: "One per line: an address, or a name with it, such as Ada <ada@example.com>.",
  },
  sms: { label: "Phone numbers", help: "One per line, with its country: +49 151 12345678, or Ada <+4915112345678>." },
  slack: { label: "Incoming webhooks of Slack", help: "One per line: https://hooks.slack.com/services/…" },
  teams: { label: "Incoming webhooks of Teams", help: "One per line: the address of the workflow of a channel." },
  webhook: { label: "Addresses of your own", help: "One per line. Each gets link.sent with the link and the words." },
};

export function sendBody(values: SendValues): SendLinkBody {
  const { channel, template, personalised } = values;
  const own = (text: string, name: "subject" | "message") => (text.trim() === "" ? {} : { [name]: text.trim() });
  return {
    channel,
    template,
    recipients: recipientsOf(values.recipients),
    personalised: isPersonal(channel) && personalised,
    ...(isPersonal(channel) && personalised && values.track_opens ? { track_opens: true } : {}),
    ...(channel === "email" ? own(values.subject, "subject") : {}),
    ...own(values.message, "message"),
  };
}
