import type { Delta } from "../net/events.js";
import type { WireMessage } from "../net/session-info.js";
import { applyDelta, type PartialAnswer, partialText } from "./partial-answer.js";

/** `waiting`: in the queue of this browser; `sending`: posted; `sent`: accepted; `failed`: refused or its turn failed. */
export type Delivery = "waiting" | "sending" | "sent" | "failed";

export interface UserEntry {
  role: "user";
  key: string;
  text: string;
  clientId: string | null;
  turnId: string | null;
  sequence: number;
  createdAt: string | null;
  delivery: Delivery;
  /** Error code behind `failed`. */
  failure: string | null;
  /** The turn of this message is over, also when the agent said nothing. */
  answered: boolean;
}

export interface AgentEntry {
  role: "assistant";
  key: string;
  text: string;
  turnId: string | null;
  sequence: number;
  createdAt: string | null;
  /** Set while the answer is being written. */
  partial: PartialAnswer | null;
}

export type Entry = UserEntry | AgentEntry;

/** Every function here returns a new list; the order is the reading order. */
export type Transcript = readonly Entry[];

/** Adds the visitor's own message at once, before any server has seen it. */
export function addOwn(entries: Transcript, own: { clientId: string; text: string; createdAt: string }): Transcript {
  if (entries.some((entry) => entry.role === "user" && entry.clientId === own.clientId)) return entries;
  const entry: UserEntry = {
    ...own,
    role: "user",
    key: own.clientId,
    turnId: null,
    sequence: 0,
    delivery: "waiting",
    failure: null,
    answered: false,
  };
  return order([...entries, entry]);
}

export function updateOwn(entries: Transcript, clientId: string, change: Partial<UserEntry>): Transcript {
  return order(
    entries.map((entry) => (entry.role === "user" && entry.clientId === clientId ? { ...entry, ...change } : entry)),
  );
}

/** Merges a message of the server. The same message may come from history, stream, poll and an answer: it is shown once. */
export function mergeMessage(entries: Transcript, message: WireMessage): Transcript {
  return order(message.role === "user" ? mergeUser(entries, message) : mergeAgent(entries, message));
}

function mergeUser(entries: Transcript, message: WireMessage): Entry[] {
  const known = entries.find(
    (entry) =>
      entry.role === "user" &&
      ((message.clientId !== null && entry.clientId === message.clientId) ||
        (message.turnId !== null && entry.turnId === message.turnId)),
  );
  const previous = known?.role === "user" ? known : null;
  const turnId = message.turnId ?? previous?.turnId ?? null;
  const answered = entries.some((entry) => entry.role === "assistant" && entry.turnId === turnId && !entry.partial);
  const failed = message.failed || previous?.delivery === "failed";
  const merged: UserEntry = {
    role: "user",
    key: previous?.key ?? message.clientId ?? message.id ?? `user-${turnId}`,
    text: message.content || previous?.text || "",
    clientId: message.clientId ?? previous?.clientId ?? null,
    turnId,
    sequence: message.sequence || previous?.sequence || 0,
    createdAt: message.createdAt ?? previous?.createdAt ?? null,
    delivery: failed ? "failed" : "sent",
    failure: previous?.failure ?? (failed ? "internal" : null),
    answered: answered || (previous?.answered ?? false),
  };
  return known ? entries.map((entry) => (entry === known ? merged : entry)) : [...entries, merged];
}

function mergeAgent(entries: Transcript, message: WireMessage): Entry[] {
  const known = entries.find(
    (entry) => entry.role === "assistant" && message.turnId !== null && entry.turnId === message.turnId,
  );
  const settled = entries.map((entry) =>
    entry.role === "user" && message.turnId !== null && entry.turnId === message.turnId
      ? { ...entry, answered: true }
      : entry,
  );
  // A silent turn (a person has taken over, or the node says nothing) answers without a text to show.
  if (message.content === "") return settled.filter((entry) => entry !== known);
  const merged: AgentEntry = {
    role: "assistant",
    key: known?.key ?? `agent-${message.turnId ?? message.id ?? message.sequence}`,
    text: message.content,
    turnId: message.turnId,
    sequence: message.sequence || known?.sequence || 0,
    createdAt: message.createdAt ?? known?.createdAt ?? null,
    partial: null,
  };
  return known ? settled.map((entry) => (entry === known ? merged : entry)) : [...settled, merged];
}

/** Applies a piece of streamed text; pieces of an answer that is already complete are late and ignored. */
export function mergeDelta(entries: Transcript, delta: Delta): Transcript {
  const known = entries.find((entry) => entry.role === "assistant" && entry.turnId === delta.turnId);
  if (known?.role === "assistant" && !known.partial) return entries;
  const previous = known?.role === "assistant" ? known : null;
  const partial = applyDelta(previous?.partial ?? null, delta);
  const merged: AgentEntry = {
    role: "assistant",
    key: `agent-${delta.turnId}`,
    text: partialText(partial),
    turnId: delta.turnId,
    sequence: 0,
    createdAt: null,
    partial,
  };
  return order(known ? entries.map((entry) => (entry === known ? merged : entry)) : [...entries, merged]);
}

/** A turn ended without an answer: what it had said is withdrawn and the message can be sent again. */
export function failTurn(entries: Transcript, turnId: string | null, code: string): Transcript {
  const open = (entry: Entry): boolean => entry.role === "user" && entry.delivery === "sent" && !entry.answered;
  const target = turnId ?? entries.find(open)?.turnId ?? null;
  if (target === null) return entries;
  return order(
    entries
      .filter((entry) => !(entry.role === "assistant" && entry.partial && entry.turnId === target))
      .map((entry) =>
        entry.role === "user" && entry.turnId === target && !entry.answered
          ? { ...entry, delivery: "failed" as const, failure: code, answered: true }
          : entry,
      ),
  );
}

/** The stream starts over: what the server says replaces everything but messages it has not seen yet. */
export function replaceAll(entries: Transcript, messages: readonly WireMessage[]): Transcript {
  const unseen = entries.filter((entry) => entry.role === "user" && entry.turnId === null);
  return messages.reduce<Transcript>(mergeMessage, unseen);
}

/** True while an answer is due: the newest accepted message is neither answered nor failed. */
export function awaitsAnswer(entries: Transcript): boolean {
  return entries.some(
    (entry) => entry.role === "user" && !entry.answered && (entry.delivery === "sent" || entry.delivery === "sending"),
  );
}

export function streamingEntry(entries: Transcript): AgentEntry | null {
  for (const entry of entries) if (entry.role === "assistant" && entry.partial) return entry;
  return null;
}

/**
 * Numbered messages by number; then each message that still waits, in the order it was written, followed by the answer
 * that is being written for it. An answer whose message is not known yet (the greeting) stands before them.
 */
function order(entries: readonly Entry[]): Transcript {
  const numbered = entries.filter((entry) => entry.sequence > 0).sort((a, b) => a.sequence - b.sequence);
  const open: Entry[] = entries.filter((entry) => entry.sequence === 0);
  const answers = open.filter((entry) => entry.role === "assistant");
  const rest: Entry[] = [];
  for (const entry of open) {
    if (entry.role !== "user") continue;
    rest.push(entry, ...answers.filter((answer) => answer.turnId !== null && answer.turnId === entry.turnId));
  }
  const orphans = answers.filter((answer) => !rest.includes(answer));
  // The post of a message may still be unanswered when its first delta arrives: then the delta belongs to that message.
  const host = rest.findIndex(
    (entry) => entry.role === "user" && entry.turnId === null && entry.delivery === "sending",
  );
  const hostEntry = rest[host];
  const belongsToHost = (answer: Entry): boolean =>
    hostEntry !== undefined &&
    open.indexOf(answer) > open.indexOf(hostEntry) &&
    !numbered.some((entry) => entry.role === "user" && entry.turnId === answer.turnId);
  rest.splice(host + 1, 0, ...orphans.filter(belongsToHost));
  return [...numbered, ...orphans.filter((answer) => !belongsToHost(answer)), ...rest];
}
