import type { AlertKindName } from "@parley/contracts";
import type { Mail } from "@parley/mail";
import type { AlertNotice } from "./notice-repository.js";
import { escaped, oneLine } from "./write-notice.js";

/** What is measured, and how its values are formatted. */
const KINDS: Record<AlertKindName, { what: string; unit: string; under?: true }> = {
  budget_spent: { what: "Budget spent", unit: " %" },
  budget_used_up: { what: "Budget used up", unit: " %" },
  failed_turns: { what: "Failed turns", unit: "" },
  failed_turn_rate: { what: "Messages without an answer", unit: " %" },
  waiting_time: { what: "Somebody waits for a person", unit: " minutes" },
  webhook_failing: { what: "Webhook fails", unit: " failures in a row" },
  rating_below: { what: "Ratings", unit: "", under: true },
  security_events: { what: "Security events", unit: "" },
  dead_letters: { what: "Turns given up", unit: "" },
};

function lines(notice: AlertNotice): { subject: string; facts: string[] } {
  const { what, unit, under } = KINDS[notice.alert_kind];
  const title = `${what}${notice.of === null ? "" : `: ${oneLine(notice.of)}`}`;
  const head = { fired: "Alert", recovered: "Recovered", test: "Test" }[notice.event];
  const limit = `${notice.threshold}${unit}`;
  const hours = notice.window_hours === null ? "" : `, over ${notice.window_hours} h`;
  const facts = [
    ...(notice.name === null ? [] : [`Rule: ${oneLine(notice.name)}`]),
    ...(notice.event === "test" ? ["This is a test. Nothing has happened."] : []),
    ...(notice.value === null ? [] : [`Now: ${notice.value}${unit}`]),
    `Threshold: ${under ? "under " : ""}${limit}${hours}`,
    `Since: ${notice.at}`,
  ];
  return { subject: `${head}: ${title}`, facts };
}

/** Mail to a team member: which number crossed which threshold. Contains nothing from conversations. */
export function alertMail(publicUrl: string, notice: AlertNotice): Pick<Mail, "subject" | "text" | "language"> {
  const { subject, facts } = lines(notice);
  return { language: "en", subject, text: `${subject}\n\n${facts.join("\n")}\n\n${publicUrl}/console\n` };
}

/** The same for a chat, in the format of incoming webhooks of Slack and compatible services. */
export function alertChat(publicUrl: string, notice: AlertNotice): string {
  const { subject, facts } = lines(notice);
  const text = `*${escaped(subject)}*\n${facts.map(escaped).join("\n")}\n<${publicUrl}/console|Open the console>`;
  return JSON.stringify({ text });
}
