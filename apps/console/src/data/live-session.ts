import type { SessionEvent } from "@parley/client";
import { readSession, type Session, type SpokenMessage } from "../net/models.js";
import { count, type Json, list, record, text, textOrNull } from "../net/reading.js";
import { keysOf, readSpoken } from "../net/transcript.js";
import { readUsed, type Used } from "../net/used.js";

/** A session as its live view has told it so far. */
export interface LiveSession {
  session: Session;
  messages: SpokenMessage[];
  /** An answer in the making: one text per part. */
  writing: { turnId: string; attempt: number; parts: string[] } | null;
  /** What the agent is doing, for people. */
  label: string | null;
  typing: "visitor" | "operator" | null;
  /** Null = not told yet. */
  spend: Used | null;
  /** A human has the session; how they are called, when they said so. */
  human: { name: string | null } | null;
}

export const newLiveSession = (session: Session, messages: SpokenMessage[]): LiveSession => ({
  session,
  messages,
  ...{ writing: null, label: null, typing: null, human: null },
  spend: readSpend(session.usage),
});

/** What one event changes. Pure; an event that was seen before changes nothing that is shown. */
export function applyEvent(live: LiveSession, { type, data }: SessionEvent): LiveSession {
  switch (type) {
    case "connected":
      return connected(live, data);
    case "reset": {
      const messages = list(data.messages).map(record);
      const keys = keysOf(messages);
      const spoken = messages.map((message, index) => readSpoken(message, keys[index] ?? ""));
      const session = { ...live.session, ...known(readSession(data.session), record(data.session)) };
      return { ...live, session, messages: spoken.reduce(withMessage, live.messages), ...spendOf(live, data.totals) };
    }
    case "message":
      return said(live, data);
    case "message.delta":
      return { ...live, writing: withDelta(live.writing, data), label: null };
    case "status":
      return { ...live, label: textOrNull(data.label) };
    case "typing":
      return { ...live, typing: data.active === true && data.who !== "agent" ? typist(data.who) : null };
    case "transition":
      return moved(live, text(data.to_node), textOrNull(data.to_node_name));
    case "turn":
      return turned(live, data);
    case "error":
      return failed(live, data);
    case "quota":
      return { ...live, session: { ...live.session, ...quota(live.session, data) } };
    case "escalation":
      return withWaiting(live, data.state === "open" ? (live.session.waitingSince ?? text(data.created_at)) : null);
    case "assignment":
      return { ...live, human: data.state === "released" ? null : { name: textOrNull(data.name) } };
    default:
      return live;
  }
}

const withWaiting = (live: LiveSession, waitingSince: string | null): LiveSession => ({
  ...live,
  session: { ...live.session, waitingSince },
});

const typist = (who: unknown): LiveSession["typing"] => (who === "operator" ? "operator" : "visitor");

function connected(live: LiveSession, data: Json): LiveSession {
  const session = { ...live.session, ...known(readSession(data), data), collected: record(data.variables) };
  // A workflow gives the session away before anybody has it: until then its visitor waits.
  const isTaken = data.handled_by === "human" && !data.waiting_since;
  const human = isTaken ? { name: textOrNull(data.operator_name) } : null;
  return { ...live, session: { ...session, turns: count(data.turn_number) }, human, ...spendOf(live, data.totals) };
}

/** Only what the answer had: the rest stays as it was. */
function known(read: Session, from: Json): Partial<Session> {
  const {
    status,
    nodeId,
    nodeName,
    messages,
    remainingMessages,
    transitions,
    updatedAt,
    endedAt,
    endReason,
    waitingSince,
  } = read;
  return from.status === undefined
    ? {}
    : {
        status,
        nodeId,
        nodeName,
        messages,
        remainingMessages,
        transitions,
        updatedAt,
        endedAt,
        endReason,
        waitingSince,
      };
}

const spendOf = (live: LiveSession, totals: unknown): { spend: Used | null } => ({
  spend: readSpend(record(totals)) ?? live.spend,
});

const readSpend = (from: Json): Used | null => (from.input_tokens === undefined ? null : readUsed(from));

function said(live: LiveSession, data: Json): LiveSession {
  const message = readSpoken(data, `${text(data.turn_id)} ${text(data.role)} ${count(data.part)}`);
  const messages = withMessage(live.messages, message);
  const answered = message.role === "assistant" && live.writing?.turnId === data.turn_id;
  return { ...live, messages, typing: null, ...(answered ? { writing: null, label: null } : {}) };
}

/** The message in the place of the one with its key, or behind all others. */
function withMessage(messages: SpokenMessage[], message: SpokenMessage): SpokenMessage[] {
  const at = messages.findIndex(({ key }) => key === message.key);
  return at < 0 ? [...messages, message] : messages.map((other, index) => (index === at ? message : other));
}

function withDelta(writing: LiveSession["writing"], data: Json): LiveSession["writing"] {
  const turnId = text(data.turn_id);
  const attempt = count(data.attempt);
  if (writing?.turnId === turnId && attempt < writing.attempt) return writing;
  const same = writing?.turnId === turnId && writing.attempt === attempt;
  const parts = same ? [...writing.parts] : [];
  const part = count(data.part);
  parts[part] = (parts[part] ?? "").slice(0, count(data.at)) + text(data.text);
  return { turnId, attempt, parts: Array.from(parts, (words) => words ?? "") };
}

function moved(live: LiveSession, nodeId: string, nodeName: string | null): LiveSession {
  return { ...live, session: { ...live.session, nodeId, nodeName } };
}

function turned(live: LiveSession, data: Json): LiveSession {
  const session = {
    ...live.session,
    ...quota(live.session, data),
    nodeId: text(data.node_id),
    nodeName: textOrNull(data.node_name),
    turns: count(data.turn_number),
    updatedAt: text(data.created_at),
    ...(data.variables === undefined ? {} : { collected: record(data.variables) }),
  };
  return { ...live, session, writing: null, label: null, ...spendOf(live, data.totals) };
}

function failed(live: LiveSession, data: Json): LiveSession {
  const key = `${text(data.turn_id)} user 0`;
  const messages = live.messages.map((message) => (message.key === key ? { ...message, failed: true } : message));
  const session = { ...live.session, ...quota(live.session, data) };
  return { ...live, session, messages, writing: null, label: null, ...spendOf(live, data.totals) };
}

function quota(session: Session, data: Json): Partial<Session> {
  const { message_count: messages, remaining_messages: left } = data;
  return {
    messages: typeof messages === "number" ? messages : session.messages,
    remainingMessages: typeof left === "number" ? left : session.remainingMessages,
  };
}
