import { record, text } from "@parley/web-kit";
import type { QueryKey } from "@tanstack/react-query";

/** An event of the tenant; its details are fetched from the API, which knows who may read them. */
export interface Fact {
  /** `session.started`, `escalation.assigned`, … */
  type: string;
  sessionId: string | null;
  agentId: string | null;
  linkId: string | null;
  escalationId: string | null;
}

export function readFact(data: unknown): Fact {
  const from = record(data);
  return {
    type: text(from.type) ?? "",
    sessionId: text(from.session_id),
    agentId: text(from.agent_id),
    linkId: text(from.link_id),
    escalationId: text(from.escalation_id),
  };
}

/** The lists that change with events of a domain (the first word of the type). Other domains change only the one object. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  // A message on a link that was sent is shown with the link's delivery.
  session: ["sessions", "overview", "deliveries"],
  message: ["sessions", "overview"],
  feedback: ["sessions", "overview"],
  review: ["sessions"],
  turn: ["sessions", "overview"],
  escalation: ["escalations", "sessions", "overview"],
  agent: ["agents"],
  version: ["agents"],
  link: ["links", "overview"],
  access: ["links", "overview"],
  delivery: ["links", "deliveries"],
  webhook: ["webhooks", "overview"],
  alert: ["alerts", "overview"],
};

/** Prefixes of the query keys that an event concerns. Analytics are not among them: their sums are computed every few minutes. */
export function keysOf({ type, sessionId, agentId, linkId, escalationId }: Fact): QueryKey[] {
  const domain = type.split(/[._]/, 1)[0] ?? "";
  const things: [string, string | null][] = [
    ["session", sessionId],
    ["escalation", escalationId],
    ["notes", domain === "note" ? sessionId : null],
    // A session's events also name its agent and link, whose own pages change only with events of their own.
    ["agent", domain === "agent" || domain === "version" ? agentId : null],
    ["link", domain === "link" || domain === "access" || domain === "delivery" ? linkId : null],
  ];
  return [
    ...(LISTS[domain] ?? []).map((list) => [list]),
    ...things.flatMap(([noun, id]) => (id === null ? [] : [[noun, id]])),
  ];
}
