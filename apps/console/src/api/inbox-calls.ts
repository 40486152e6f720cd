import type { SuggestedReply } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Escalation, Operator, Page } from "./answers.js";
import type { Caller } from "./call.js";

/** Which escalations an inbox shows. */
export type Show = "waiting" | "mine" | "all";

const FILTERS: Record<Show, Record<string, string>> = {
  waiting: { status: "open" },
  mine: { status: "assigned", assigned_to: "me" },
  all: {},
};

/** Humans in conversations: the queue, and the actions of an operator. */
export function inboxCalls(call: Caller) {
  const act = <T>(id: string, what: string, body: Record<string, unknown>, key?: string) =>
    call<T>(`/escalations/${part(id)}/${what}`, {
      method: "POST",
      body,
      ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
    });
  return {
    escalations: (show: Show, cursor?: string) =>
      call<Page<Escalation>>(`/escalations${query({ limit: "50", cursor, ...FILTERS[show] })}`),
    escalation: (id: string) => call<Escalation>(`/escalations/${part(id)}`),
    operators: () => call<{ data: Operator[] }>("/operators"),
    /** `name` is shown to the visitor; empty = none. */
    takeEscalation: (id: string, name: string) => act<Escalation>(id, "assign", name === "" ? {} : { name }),
    takeOver: (session: string, name: string) =>
      call<Escalation>(`/sessions/${part(session)}/take-over`, { method: "POST", body: name === "" ? {} : { name } }),
    transferEscalation: (id: string, operator: string, name: string) =>
      act<Escalation>(id, "transfer", name === "" ? { operator } : { operator, name }),
    replyToVisitor: (id: string, body: { message: string; files?: string[] }, idempotencyKey: string) =>
      act<{ message_id: string }>(id, "reply", body, idempotencyKey),
    tellTyping: (id: string, typing: boolean) => act(id, "typing", { typing }),
    suggestReply: (id: string, key: string) => act<SuggestedReply>(id, "suggest", {}, key),
    handBack: (id: string, summary: string) => act<Escalation>(id, "hand-back", summary === "" ? {} : { summary }),
    resolveEscalation: (id: string, summary: string, endSession: boolean) =>
      act<Escalation>(id, "resolve", { ...(summary === "" ? {} : { summary }), end_session: endSession }),
  };
}
