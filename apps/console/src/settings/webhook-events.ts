/** The events that a receiver can subscribe to, in the groups of the form. */
export const EVENT_GROUPS: readonly { label: string; events: readonly { name: string; tells: string }[] }[] = [
  {
    label: "Conversations",
    events: [
      { name: "session.started", tells: "a conversation begins" },
      { name: "message.completed", tells: "a visitor’s message is answered" },
      { name: "session.ended", tells: "a conversation is over" },
      { name: "session.analyzed", tells: "the questions after its end are answered" },
    ],
  },
  {
    label: "People",
    events: [
      { name: "escalation.opened", tells: "a person is asked for" },
      { name: "escalation.assigned", tells: "a person takes over" },
      { name: "escalation.resolved", tells: "a person is done" },
    ],
  },
  {
    label: "Links",
    events: [
      { name: "link.created", tells: "a link is made" },
      { name: "link.updated", tells: "a link is changed" },
      { name: "link.revoked", tells: "a link stops working" },
      { name: "delivery.sent", tells: "a link was sent to somebody" },
      { name: "delivery.failed", tells: "a link could not be sent" },
    ],
  },
  {
    label: "Alerts",
    events: [
      { name: "alert.fired", tells: "a number crossed its threshold" },
      { name: "alert.recovered", tells: "it is back" },
    ],
  },
  { label: "Webhooks", events: [{ name: "webhook.disabled", tells: "another webhook was switched off" }] },
  { label: "Audit", events: [{ name: "audit.entry", tells: "somebody did something, for admins" }] },
];

export const EVENT_NAMES: readonly string[] = EVENT_GROUPS.flatMap(({ events }) => events.map(({ name }) => name));

/** The single events that patterns such as `session.*` stand for; `*` is everything but the audit. */
export const eventsOf = (patterns: readonly string[]): string[] =>
  EVENT_NAMES.filter((name) =>
    patterns.some(
      (one) => (one === "*" && name !== "audit.entry") || one === name || one === `${name.split(".")[0]}.*`,
    ),
  );

/** A short summary, for lists. */
export function eventsInWords(patterns: readonly string[]): string {
  if (patterns.includes("*")) return "everything";
  if (patterns.length === 1) return patterns[0] ?? "";
  return `${patterns.length} kinds of events`;
}
