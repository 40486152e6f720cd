import type { SessionEvent } from "@parley/client";
import type { Session, Usage } from "../api/answers.js";
import {
  messageKey,
  type ToldMessage,
  type TranscriptMessage,
  transcriptMessage,
  transcriptMessages,
} from "./transcript.js";

/** A session as reported by its live view so far. */
export interface LiveSession {
  session: Session;
  messages: TranscriptMessage[];
  /** An answer that is being written: one text per part. */
  writing: { turnId: string; attempt: number; parts: string[] } | null;
  /** The agent's current activity, for display. */
  label: string | null;
  /** Who is typing; a new object with each event. */
  typing: { by: "visitor" | "operator" } | null;
  /** The last message of a human that the visitor has seen; null = none known. */
  seenKey: string | null;
  /** Null = not known yet. */
  spend: Usage | null;
  /** A human has the session; the name may be unknown. */
  human: { name: string | null } | null;
}

/** The members of live view events beside those of a session; which ones, depends on the type of the event. */
interface LiveEvent extends Partial<Omit<Session, "status">> {
  status?: Session["status"];
  session?: Partial<Session>;
  messages?: ToldMessage[];
  totals?: Usage;
  variables?: Session["collected_data"];
  turn_number?: number;
  turn_id?: string;
  attempt?: number;
  part?: number;
  at?: number;
  text?: string;
  label?: string;
  active?: boolean;
  who?: "visitor" | "operator" | "agent";
  message_id?: string;
  to_node?: string;
  to_node_name?: string | null;
  state?: string;
  name?: string | null;
}

export const newLiveSession = (session: Session, messages: TranscriptMessage[]): LiveSession => ({
  session,
  messages,
  ...{ writing: null, label: null, typing: null, seenKey: null, human: null },
  spend: session.usage ?? null,
});

/** Applies one event. Pure; a repeated event changes nothing that is shown. */
export function applyEvent(live: LiveSession, { type, data }: SessionEvent): LiveSession {
  // Not validated: the stream comes from the server that sent the console, with the members of its contract.
  const event: LiveEvent = data;
  switch (type) {
    case "connected":
      return connected(live, event);
    case "reset": {
      const messages = transcriptMessages(event.messages ?? []).reduce(withMessage, live.messages);
      return withSession({ ...live, messages }, stateIn(event.session ?? {}), event);
    }
    case "message":
      return withNewMessage(live, event);
    case "message.delta":
      return { ...live, writing: withDelta(live.writing, event), label: null };
    case "status":
      return { ...live, label: event.label ?? null };
    case "typing":
      return { ...live, typing: typist(live.typing, event) };
    case "read_receipt":
      return { ...live, seenKey: keyOfAnswer(event.message_id ?? "") ?? live.seenKey };
    case "transition":
      return withSession(live, { node_id: event.to_node ?? "", node_name: event.to_node_name ?? null });
    case "turn":
      return turnEnded(live, event);
    case "error":
      return turnFailed(live, event);
    case "quota":
      return withSession(live, quotaIn(live.session, event));
    case "escalation": {
      const since = live.session.waiting_since ?? event.created_at ?? null;
      return withSession(live, { waiting_since: event.state === "open" ? since : null });
    }
    case "assignment":
      return { ...live, human: event.state === "released" ? null : { name: event.name ?? null } };
    default:
      return live;
  }
}

/** The `totals` of the event, if any, are the new spend. */
const withSession = (live: LiveSession, change: Partial<Session>, { totals }: LiveEvent = {}): LiveSession => ({
  ...live,
  session: { ...live.session, ...change },
  spend: totals ?? live.spend,
});

function connected(live: LiveSession, event: LiveEvent): LiveSession {
  // A workflow may hand over the session before an operator takes it: until then its visitor waits.
  const isTaken = event.handled_by === "human" && !event.waiting_since;
  const human = isTaken ? { name: event.operator_name ?? null } : null;
  const change = { ...stateIn(event), collected_data: event.variables ?? {}, turns: event.turn_number ?? 0 };
  return withSession({ ...live, human }, change, event);
}

/** The members with the state of the session; nothing when the event has none of them. */
function stateIn(told: Partial<Session>): Partial<Session> {
  const { status, node_id, node_name, message_count, remaining_messages, transition_count } = told;
  const { updated_at, ended_at, end_reason, waiting_since = null, escalation = null } = told;
  if (status === undefined) return {};
  const state = { status, node_id, node_name, message_count, remaining_messages, transition_count };
  return withoutUndefined({ ...state, updated_at, ended_at, end_reason, waiting_since, escalation });
}

function withNewMessage(live: LiveSession, event: LiveEvent): LiveSession {
  const message = transcriptMessage(event as ToldMessage, event.part ?? 0);
  const messages = withMessage(live.messages, message);
  const answered = message.role === "assistant" && live.writing?.turnId === event.turn_id;
  return { ...live, messages, typing: null, ...(answered ? { writing: null, label: null } : {}) };
}

/** Replaces the message with the same key, or appends it. */
function withMessage(messages: TranscriptMessage[], message: TranscriptMessage): TranscriptMessage[] {
  const at = messages.findIndex(({ key }) => key === message.key);
  return at < 0 ? [...messages, message] : messages.with(at, message);
}

/** A typing operator does not hide the typing visitor. */
function typist(before: LiveSession["typing"], { who: by = "visitor", active }: LiveEvent): LiveSession["typing"] {
  if (by === "agent" || (by === "operator" && before?.by === "visitor")) return before;
  if (active === true) return { by };
  return before?.by === by ? null : before;
}

/** The key of the answer that `<turn id>.<part>` names; null for another name. */
function keyOfAnswer(name: string): string | null {
  const [, turnId = "", part = ""] = /^(.+)\.(\d+)$/.exec(name) ?? [];
  return turnId === "" ? null : messageKey(turnId, "assistant", Number(part));
}

function withDelta(writing: LiveSession["writing"], event: LiveEvent): LiveSession["writing"] {
  const { turn_id: turnId = "", attempt = 0, part = 0, at = 0, text = "" } = event;
  if (writing?.turnId === turnId && attempt < writing.attempt) return writing;
  const same = writing?.turnId === turnId && writing.attempt === attempt;
  const parts = same ? [...writing.parts] : [];
  parts[part] = (parts[part] ?? "").slice(0, at) + text;
  return { turnId, attempt, parts: Array.from(parts, (written) => written ?? "") };
}

function turnEnded(live: LiveSession, event: LiveEvent): LiveSession {
  const { node_id, node_name, turn_number: turns, created_at: updated_at, variables: collected_data } = event;
  const change = { ...quotaIn(live.session, event), node_id, node_name, turns, updated_at, collected_data };
  return withSession({ ...live, writing: null, label: null }, withoutUndefined(change), event);
}

function turnFailed(live: LiveSession, event: LiveEvent): LiveSession {
  const key = messageKey(event.turn_id ?? "", "user", 0);
  const messages = live.messages.map((message) => (message.key === key ? { ...message, failed: true } : message));
  return withSession({ ...live, messages, writing: null, label: null }, quotaIn(live.session, event), event);
}

const quotaIn = (session: Session, told: Partial<Session>): Partial<Session> => ({
  message_count: told.message_count ?? session.message_count,
  remaining_messages: told.remaining_messages ?? session.remaining_messages,
});

type Defined<T> = { [Member in keyof T]?: Exclude<T[Member], undefined> };

/** Only the members that have a value, so that a spread leaves the others unchanged. */
function withoutUndefined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;
}
