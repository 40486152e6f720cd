import type { SendChannel, SendTemplate } from "@parley/contracts";
import type { Schedule } from "../api/schedule-calls.js";

export interface ScheduleValues {
  name: string;
  agent: string | null;
  cron: string;
  timezone: string | null;
  channel: SendChannel;
  /** Built-in, or the team's own. */
  template: string;
  recipients: string;
  hours: number | null;
}

export const CHANNELS = [
  { value: "email", label: "E-mail" },
  { value: "sms", label: "SMS" },
  { value: "slack", label: "Slack" },
  { value: "teams", label: "Teams" },
  { value: "webhook", label: "Webhook" },
] as const satisfies { value: SendChannel; label: string }[];

export const TEMPLATES = [
  { value: "invitation", label: "Invitation" },
  { value: "reminder", label: "Reminder" },
  { value: "daily_checkin", label: "Daily check-in" },
  { value: "customer_support", label: "Customer support" },
  { value: "anonymous_feedback", label: "Anonymous feedback" },
  { value: "onboarding", label: "Onboarding" },
] as const satisfies { value: SendTemplate; label: string }[];

export const NEW_SCHEDULE: ScheduleValues = {
  ...{ name: "", agent: null, cron: "0 9 * * 1-5", channel: "email", template: "daily_checkin", recipients: "" },
  ...{ timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, hours: 4 },
};

type Recipient = string | { address: string; name: string };

/** One line per recipient: `Ada <ada@example.com>`, or the address alone. */
export function recipientsOf(text: string): Recipient[] {
  return text.split("\n").flatMap((line): Recipient[] => {
    const named = /^\s*"?([^<"]*?)"?\s*<([^>]+)>\s*$/.exec(line);
    if (named?.[1] && named[2] !== undefined) return [{ name: named[1], address: named[2].trim() }];
    const address = (named?.[2] ?? line).trim();
    return address === "" ? [] : [address];
  });
}

const lineOf = ({ address, name }: { address: string; name?: string | undefined }): string =>
  name === undefined ? address : `${name} <${address}>`;

/** Initial values of the form: editors get the recipients with the parameters. */
export function valuesOf(schedule: Schedule): ScheduleValues {
  const { channel, recipients = [], expires_in_hours: hours = null, ...words } = schedule.parameters;
  return {
    ...{ name: schedule.name ?? "", agent: schedule.agent_id, cron: schedule.cron, timezone: schedule.timezone },
    ...{ channel, hours },
    template: words.message_template ?? TEMPLATES.find(({ value }) => value === words.template)?.value ?? "invitation",
    recipients: recipients.map(lineOf).join("\n"),
  };
}

/** `before`: members that the form does not show stay as they were. */
export function bodyOf(values: ScheduleValues, before?: Schedule) {
  const { expires_in_hours: _hours, ...kept } = before?.parameters ?? {};
  return {
    name: values.name.trim() || null,
    cron: values.cron.trim(),
    timezone: values.timezone ?? "UTC",
    parameters: {
      ...kept,
      agent: values.agent ?? "",
      channel: values.channel,
      ...wordsOf(values.template, before),
      recipients: recipientsOf(values.recipients),
      ...(values.hours === null ? {} : { expires_in_hours: values.hours }),
    },
  };
}

/** A link template that was chosen elsewhere stays; the form is about the text of the message. */
function wordsOf(template: string, before: Schedule | undefined) {
  const isOfProduct = TEMPLATES.some(({ value }) => value === template);
  if (before === undefined) return isOfProduct ? { template } : { message_template: template };
  return valuesOf(before).template === template ? {} : { message_template: template };
}
