/** What an erasure does, in this order. A step may be repeated at any time: removed data is not found again. */
export const STEPS = [
  "find",
  "scan",
  "mails",
  "sessions",
  "memory",
  "access_requests",
  "access_addresses",
  "verifications",
  "recipients",
  "schedule_recipients",
  "suppressions",
  "send_outs",
  "links",
  "link_templates",
  "deliveries",
  "answers",
  "knowledge_uploads",
  "outbox",
  "live",
  "facts",
  "search",
] as const;

export type StepName = (typeof STEPS)[number];

/** Steps for one session: nothing else of its person is touched. */
export const OF_A_SESSION: readonly StepName[] = ["find", "sessions", "memory", "live", "facts", "search"];

/** How the search behind each line of a receipt looked for remaining data. */
export const CHECKS: Record<string, string> = {
  sessions:
    "Counted messages, events, turns with their traces, files, ratings, feedback, notes, verdicts, escalations, notices, analyses and dead turns of these sessions, and looked for further sessions of the address.",
  memory: "Looked for memories under the keyed hash of the address.",
  access_requests: "Looked for requests under the keyed hash of the address.",
  access_addresses: "Looked for entries under the keyed hash of the address.",
  verifications: "Looked for codes under the keyed hash of the address.",
  mails: "Searched recipient, subject and text of every mail of the development mailbox for the address.",
  recipients: "Looked for recipients of links under the keyed hash of the address.",
  schedule_recipients: "Looked for recipients of schedules under the keyed hash of the address.",
  suppressions:
    "Removed the address from the list of those who want no more mail; its keyed hash stays there, so that the wish is kept.",
  send_outs: "Searched the words of every link sent and of every schedule for the address.",
  links: "Searched recipient, metadata and texts of every link for the address.",
  link_templates: "Searched the fields of every template for the address.",
  deliveries: "Searched every webhook delivery outside of these sessions for the address.",
  answers: "Searched the kept answers of repeatable requests for the address.",
  knowledge_uploads: "Searched uploads on their way into a knowledge base for the address.",
  outbox: "Searched the facts of the outbox for the address.",
  live: "Removed the live streams of these sessions from Redis and asked again until there was none.",
  facts: "Removed the facts with the ids of these sessions from the streams of NATS; facts hold ids alone.",
  logs: "Nothing to remove: log lines hold events and ids, never text or addresses.",
};
