import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Entry, Refusal } from "../net/api.js";
import type { FeedState, Transport } from "../net/event-feed.js";
import type { LinkInfo } from "../net/link-info.js";
import type { ServerClock } from "../net/server-clock.js";
import type { AttachedFile, Wish } from "../net/session-info.js";
import { createSessionTime, forgetTimes, type SessionTime } from "./session-time.js";
import { createThinkingLabel, type ThinkingLabel } from "./thinking-label.js";
import { awaitsAnswer, type Transcript } from "./transcript.js";

/** Files for the next message. Their code is not part of the page's first load, so only this interface is known. */
export interface Attachments {
  /** Something is still being uploaded, or waits for the connection. */
  busy: ReadonlySignal<boolean>;
  hasFiles(): boolean;
  /** Returns the uploaded files for a message that is sent now. */
  take(): AttachedFile[];
  button(): ComponentChildren;
  /** The chosen files. `needsText`: there is no text yet to send them with. */
  tray(needsText: boolean): ComponentChildren;
}

/** What a link asks before a conversation. Its code is loaded only when needed, so the rest of the page knows it by this interface. */
export interface EntryCheck {
  /** Finishes by itself where nothing is left to ask. */
  start(): Promise<void>;
  /** Handles a refusal that one of the steps can resolve; false when none can. */
  refused(answer: Refusal): boolean;
  /** The current step as a whole page, and as a card in a conversation. */
  page(): ComponentChildren;
  card(): ComponentChildren;
}

export interface EntryActions {
  link: LinkInfo;
  /** Opens the session; returns the refusal when it was not opened. */
  create(entry: Entry): Promise<Refusal | null>;
  /** The address is confirmed: the browser holds a session now. */
  confirmed(): Promise<void>;
  /** A refusal that no step can resolve. */
  refuse(answer: Refusal): void;
}

/** Loads the code of the entry check; rejects when that fails. `again`: the visitor was in before, only the address is confirmed. */
export type LoadEntryCheck = (steps: EntryActions, options: { again: boolean }) => Promise<EntryCheck>;

/**
 * What fills the page. `trouble`: the server cannot be reached or failed; `busy`: too many conversations at once;
 * `unavailable`: the agent cannot answer for now. With each of them the page keeps trying.
 */
export type Screen =
  | { type: "loading" }
  | { type: "invalid" }
  | { type: "expired" }
  | { type: "full" }
  | { type: "usedUp" }
  | { type: "wrongPlace" }
  | { type: "busy" }
  | { type: "unavailable" }
  | { type: "entry"; entry: EntryCheck }
  | { type: "trouble"; requestId: string | null }
  | { type: "chat" };

type Connection = "online" | "connecting" | "reconnecting" | "offline";

/** State of the human in the conversation. */
type Human =
  | { type: "none" | "asking" | "failed" }
  | ({ type: "asked" } & Wish)
  /** `name`: null when the operator has none. */
  | { type: "joined"; name: string | null };

/** Loading of earlier messages. `done`: how many the last page brought. */
type EarlierLoad = { type: "idle" | "loading" | "failed" } | { type: "done"; count: number };

/** The page when it is the panel of a widget. */
interface Panel {
  /** The visitor sees it. */
  open: ReadonlySignal<boolean>;
  /** Asks the host page to close it. */
  close(): void;
  /** False: it opened by itself, and the focus stays on the host page. */
  takesFocus(): boolean;
}

interface Held {
  /** By the browser's monotonic clock (ms). */
  untilMs: number;
  /** True: the visitor writes too fast; false: others hold what the message needs. */
  ownPace: boolean;
}

/** Everything the view shows. Only the conversation and the outbox write to it. */
export interface ChatState {
  screen: Signal<Screen>;
  link: Signal<LinkInfo | null>;
  transcript: Signal<Transcript>;
  /** Cursor of the messages before the first one shown; null = there are none. */
  earlierCursor: Signal<string | null>;
  earlierLoad: Signal<EarlierLoad>;
  sessionId: Signal<string | null>;
  /** Why the conversation is over; null while it continues. */
  ended: Signal<{ reason: string | null } | null>;
  remainingMessages: Signal<number | null>;
  /** Whether the link has a session left for another conversation; null = not known yet. */
  another: Signal<boolean | null>;
  time: SessionTime;
  /** The server asked the visitor to wait before the next message; null = it did not. */
  held: Signal<Held | null>;
  /** A new session was created and its greeting is being generated. */
  greetingDue: Signal<boolean>;
  /** A conversation is being replaced by a new one. */
  renewing: Signal<boolean>;
  human: Signal<Human>;
  /** The human in the conversation is writing. */
  humanTyping: Signal<boolean>;
  /** The address has to be confirmed again before the conversation continues. */
  again: Signal<EntryCheck | "coming" | null>;
  /** Null = the page stands by itself. */
  panel: Signal<Panel | null>;
  /** The browser stores nothing to return to the conversation with: it ends with the tab. */
  endsWithTab: Signal<boolean>;
  /** Why the server rejects the visitor's identity from the embedding site; null = accepted, or none was given. */
  unrecognised: Signal<string | null>;
  /** Text from the host page for an empty message field. */
  prefill: Signal<string | null>;
  feed: Signal<FeedState>;
  /** How events arrive; null = they do not. */
  transport: Signal<Transport | null>;
  online: Signal<boolean>;
  /** Finished agent messages for the live region, newest last. */
  announcements: Signal<readonly { key: string; text: string }[]>;
  thinking: ThinkingLabel;
  awaiting: ReadonlySignal<boolean>;
  connection: ReadonlySignal<Connection>;
}

export function createChatState(clock: ServerClock): ChatState {
  const transcript = signal<Transcript>([]);
  const feed = signal<FeedState>("connecting");
  const online = signal(true);
  return {
    screen: signal<Screen>({ type: "loading" }),
    link: signal<LinkInfo | null>(null),
    transcript,
    earlierCursor: signal<string | null>(null),
    earlierLoad: signal<EarlierLoad>({ type: "idle" }),
    sessionId: signal<string | null>(null),
    ended: signal<{ reason: string | null } | null>(null),
    remainingMessages: signal<number | null>(null),
    another: signal<boolean | null>(null),
    time: createSessionTime(clock),
    held: signal<Held | null>(null),
    greetingDue: signal(false),
    renewing: signal(false),
    human: signal<Human>({ type: "none" }),
    humanTyping: signal(false),
    again: signal<EntryCheck | "coming" | null>(null),
    panel: signal<Panel | null>(null),
    endsWithTab: signal(false),
    unrecognised: signal<string | null>(null),
    prefill: signal<string | null>(null),
    feed,
    transport: signal<Transport | null>(null),
    online,
    announcements: signal<readonly { key: string; text: string }[]>([]),
    thinking: createThinkingLabel(),
    awaiting: computed(() => awaitsAnswer(transcript.value)),
    connection: computed(() => connectionOf(online.value, feed.value)),
  };
}

/** Clears all state of the conversation, before another one. */
export function resetConversation(state: ChatState): void {
  batch(() => {
    state.transcript.value = [];
    state.earlierCursor.value = null;
    state.earlierLoad.value = { type: "idle" };
    state.sessionId.value = null;
    state.ended.value = null;
    state.again.value = null;
    state.remainingMessages.value = null;
    state.another.value = null;
    forgetTimes(state.time);
    state.announcements.value = [];
    state.human.value = { type: "none" };
    state.humanTyping.value = false;
    state.thinking.end();
  });
}

function connectionOf(online: boolean, feed: FeedState): Connection {
  if (!online) return "offline";
  if (feed === "interrupted") return "reconnecting";
  return feed === "connecting" ? "connecting" : "online";
}
