import type { Delta } from "../net/events.js";
import type { AttachedFile, Thumb, WireMessage } from "../net/session-info.js";
import { applyDelta, type PartialText } from "./partial-answer.js";

/** `waiting`: queued in this browser; `sending`: posted; `sent`: accepted; `failed`: refused or its turn failed. */
type Delivery = "waiting" | "sending" | "sent" | "failed";

export interface UserEntry {
  role: "user";
  key: string;
  text: string;
  clientId: string | null;
  turnId: string | null;
  createdAt: string | null;
  delivery: Delivery;
  files: readonly AttachedFile[];
  /** Error code behind `failed`. */
  failure: string | null;
  /** The turn of this message is over, also when the agent said nothing. */
  answered: boolean;
}

/** One part of an answer. */
export interface AgentEntry {
  role: "assistant";
  key: string;
  text: string;
  turnId: string | null;
  part: number;
  createdAt: string | null;
  /** Set while the part is being written. */
  partial: PartialText | null;
  /** Identifies the part for a rating; null while it is being written. */
  id: string | null;
  rating: Thumb | null;
  /** The turn was stopped; its last part says so. */
  stopped: boolean;
  /** A human wrote it; null = the agent. */
  human: { name: string | null } | null;
  /** What a human sent with it. */
  files: readonly AttachedFile[];
}

export type Entry = UserEntry | AgentEntry;

/** Every function here returns a new list; the order is the reading order. */
export type Transcript = readonly Entry[];

const isUser = (entry: Entry): entry is UserEntry => entry.role === "user";

/** Adds the visitor's own message immediately, before the server has seen it. */
export function addOwn(
  entries: Transcript,
  own: { clientId: string; text: string; files?: readonly AttachedFile[]; createdAt: string },
): Transcript {
  if (entries.some((entry) => isUser(entry) && entry.clientId === own.clientId)) return entries;
  const entry: UserEntry = {
    ...own,
    files: own.files ?? [],
    role: "user",
    key: own.clientId,
    turnId: null,
    delivery: "waiting",
    failure: null,
    answered: false,
  };
  return order([...entries, entry]);
}

export function findOwn(entries: Transcript, clientId: string): UserEntry | null {
  return entries.filter(isUser).find((entry) => entry.clientId === clientId) ?? null;
}

export function updateOwn(entries: Transcript, clientId: string, change: Partial<UserEntry>): Transcript {
  return order(
    entries.map((entry) => (isUser(entry) && entry.clientId === clientId ? { ...entry, ...change } : entry)),
  );
}

/** Merges a message of the server. The same message may come from history, stream, poll and a plain answer: it is shown once. */
export function mergeMessage(entries: Transcript, message: WireMessage): Transcript {
  return order(message.role === "user" ? mergeUser(entries, message) : mergeAgent(entries, message));
}

function mergeUser(entries: Transcript, message: WireMessage): Entry[] {
  const { turnId, clientId } = message;
  const previous =
    entries
      .filter(isUser)
      .find(
        (entry) => (clientId !== null && entry.clientId === clientId) || (turnId !== null && entry.turnId === turnId),
      ) ?? null;
  const failed = message.status === "failed" || previous?.delivery === "failed";
  const merged: UserEntry = {
    role: "user",
    key: previous?.key ?? clientId ?? `user-${turnId ?? message.id}`,
    text: message.content,
    clientId: clientId ?? previous?.clientId ?? null,
    turnId: turnId ?? previous?.turnId ?? null,
    createdAt: message.createdAt ?? previous?.createdAt ?? null,
    delivery: failed ? "failed" : "sent",
    files: message.files?.length ? message.files : (previous?.files ?? []),
    failure: previous?.failure ?? (failed ? "internal" : null),
    answered: message.status !== "pending" || (previous?.answered ?? false) || hasAnswer(entries, turnId),
  };
  if (!previous) return [...entries, merged];
  // The server's order wins: a message known only here so far moves behind everything confirmed before it.
  if (previous.turnId === null) return [...entries.filter((entry) => entry !== previous), merged];
  return entries.map((entry) => (entry === previous ? merged : entry));
}

function hasAnswer(entries: Transcript, turnId: string | null): boolean {
  return turnId !== null && entries.some((entry) => !isUser(entry) && !entry.partial && entry.turnId === turnId);
}

function mergeAgent(entries: Transcript, message: WireMessage): Entry[] {
  const { turnId, part } = message;
  const settled = entries.map((entry) =>
    isUser(entry) && entry.turnId === turnId ? { ...entry, answered: true } : entry,
  );
  const known = settled.find((entry) => !isUser(entry) && entry.turnId === turnId && entry.part === part);
  const merged: AgentEntry = {
    role: "assistant",
    key: known?.key ?? agentKey(turnId ?? message.id ?? "?", part),
    text: message.content,
    turnId,
    part,
    createdAt: message.createdAt ?? known?.createdAt ?? null,
    partial: null,
    id: message.id ?? (turnId === null ? null : `${turnId}.${part}`),
    rating: message.rating ?? (known && !isUser(known) ? known.rating : null),
    stopped: message.stopped ?? (known && !isUser(known) ? known.stopped : false),
    human: message.human ?? null,
    files: message.files ?? [],
  };
  return known ? settled.map((entry) => (entry === known ? merged : entry)) : [...settled, merged];
}

const agentKey = (turnId: string, part: number): string => `agent-${turnId}-${part}`;

/** Applies a piece of streamed text; pieces of an answer that is already complete are late and ignored. */
export function mergeDelta(entries: Transcript, delta: Delta): Transcript {
  const { turnId, part, attempt } = delta;
  const ofTurn = entries.filter((entry) => entry.turnId === turnId);
  const over = ofTurn.some((entry) => (isUser(entry) ? entry.answered : !entry.partial));
  const stale = ofTurn.some((entry) => !isUser(entry) && (entry.partial?.attempt ?? 0) > attempt);
  if (over || stale) return entries;
  // A new attempt starts from nothing, whichever parts the previous one had reached.
  const kept = entries.filter(
    (entry) => isUser(entry) || entry.turnId !== turnId || entry.part === part || entry.partial?.attempt === attempt,
  );
  const known = kept.find((entry) => !isUser(entry) && entry.turnId === turnId && entry.part === part);
  const partial = applyDelta(known && !isUser(known) ? known.partial : null, delta);
  const merged: AgentEntry = {
    role: "assistant",
    key: agentKey(turnId, part),
    text: partial.text,
    turnId,
    part,
    createdAt: null,
    partial,
    id: null,
    rating: null,
    stopped: false,
    human: null,
    files: [],
  };
  return order(known ? kept.map((entry) => (entry === known ? merged : entry)) : [...kept, merged]);
}

/** A turn is over: text that was streamed but never committed is removed, and nothing more is awaited. */
export function closeTurn(entries: Transcript, turnId: string, stopped = false): Transcript {
  return entries
    .filter((entry) => isUser(entry) || !entry.partial || entry.turnId !== turnId)
    .map((entry) => {
      if (entry.turnId !== turnId) return entry;
      if (isUser(entry)) return { ...entry, answered: true };
      return stopped ? { ...entry, stopped } : entry;
    });
}

/** Sets the visitor's rating of one answer. */
export function rateEntry(entries: Transcript, key: string, rating: Thumb | null): Transcript {
  return entries.map((entry) => (!isUser(entry) && entry.key === key ? { ...entry, rating } : entry));
}

/** A turn ended without an answer: its message can be sent again. */
export function failTurn(entries: Transcript, turnId: string, code: string): Transcript {
  if (hasAnswer(entries, turnId)) return entries;
  return closeTurn(entries, turnId).map((entry) =>
    isUser(entry) && entry.turnId === turnId && entry.failure === null
      ? { ...entry, delivery: "failed" as const, failure: code }
      : entry,
  );
}

/** The stream starts over: the server's messages replace everything except messages it has not seen yet. */
export function replaceAll(entries: Transcript, messages: readonly WireMessage[]): Transcript {
  const unseen = entries.filter((entry) => isUser(entry) && entry.turnId === null);
  return messages.reduce<Transcript>(mergeMessage, unseen);
}

/** Inserts an earlier page of the history in front. A page may begin within an answer: its parts are then renumbered. */
export function mergeEarlier(entries: Transcript, messages: readonly WireMessage[]): Transcript {
  const before = new Map<string, number>();
  for (const { role, turnId } of messages) {
    if (role === "assistant" && turnId !== null) before.set(turnId, (before.get(turnId) ?? 0) + 1);
  }
  const moved = entries.map((entry) => {
    const shift = isUser(entry) || entry.turnId === null ? 0 : (before.get(entry.turnId) ?? 0);
    if (isUser(entry) || entry.turnId === null || shift === 0) return entry;
    return { ...entry, part: entry.part + shift, key: agentKey(entry.turnId, entry.part + shift) };
  });
  const earlier = messages.reduce<Transcript>(mergeMessage, []);
  return order([...earlier, ...moved]);
}

/** True while a posted message awaits its answer. */
export function awaitsAnswer(entries: Transcript): boolean {
  return entries.some(
    (entry) => isUser(entry) && !entry.answered && (entry.delivery === "sent" || entry.delivery === "sending"),
  );
}

/** The turn whose answer is due first; null = none, or its message is still in transit. */
export function awaitedTurn(entries: Transcript): string | null {
  return entries.find((entry) => isUser(entry) && !entry.answered && entry.delivery === "sent")?.turnId ?? null;
}

/** Key of the part that is being written now; null = none. */
export function writingKey(entries: Transcript): string | null {
  return entries.findLast((entry) => !isUser(entry) && entry.partial !== null)?.key ?? null;
}

/**
 * Turn by turn: the message, then the parts of its answer. Turn ids end in the number of the turn; where they do not, the order of the
 * server's reports counts. Messages of a human belong to no turn: their id names the turn they follow, and their number after it (`7h12`).
 * Messages without a turn are still in transit and come last.
 */
function order(entries: readonly Entry[]): Transcript {
  const turns = new Map<string, Entry[]>();
  const open: Entry[] = [];
  for (const entry of entries) {
    if (entry.turnId === null) {
      open.push(entry);
      continue;
    }
    const turn = turns.get(entry.turnId) ?? [];
    turn.push(entry);
    turns.set(entry.turnId, turn);
  }
  const place = (entry: Entry): number => (isUser(entry) ? -1 : entry.part);
  const numbered = [...turns].sort(([one], [other]) => turnNumber(one) - turnNumber(other));
  return [...numbered.flatMap(([, turn]) => turn.sort((a, b) => place(a) - place(b))), ...open];
}

function turnNumber(turnId: string): number {
  const [, turn, human] = /\.(\d{1,9})(?:h(\d{1,9}))?$/.exec(turnId) ?? [];
  return Number(turn ?? 0) + (human === undefined ? 0 : 0.5 + Number(human) / 4e9);
}

/** The entries without unanswered messages that are repeated right after: resent, they are one message to a reader. */
export function withoutResent(entries: Transcript): Transcript {
  return entries.filter((entry, index) => {
    const next = entries[index + 1];
    const isFailed = entry.role === "user" && entry.delivery === "failed" && entry.turnId !== null;
    return !(isFailed && next?.role === "user" && next.text === entry.text);
  });
}
