import { batch } from "@preact/signals";
import type { ChatEvent } from "../net/events.js";
import type { ServerClock } from "../net/server-clock.js";
import type { PlainAnswer, SessionInfo, WireMessage } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import { fillTimes, noteSaid, takeTimes } from "./session-time.js";
import { closeTurn, failTurn, mergeDelta, mergeMessage, replaceAll, updateOwn } from "./transcript.js";

interface EventSinkDeps {
  state: ChatState;
  clock: ServerClock;
  /** The session was created by this visit, so all of its messages are new. */
  fresh: boolean;
  takeSession(info: SessionInfo): void;
  end(reason: string | null): void;
  /** The server has this message of the visitor. */
  confirmed(clientId: string): void;
}

const KEPT_ANNOUNCEMENTS = 5;
/** A typing sender repeats its event every few seconds; after this silence the indicator is removed. */
const TYPING_MS = 7_000;
const NOW_TOLERANCE_MS = 300;

/** Applies events of the stream to the state. Each event may arrive twice. */
export function createEventSink(deps: EventSinkDeps): (event: ChatEvent) => void {
  const { state } = deps;
  const announced = new Set<string>();
  /** Newest event that existed before this visit: messages up to there are old and are not read out. */
  let backlogEnd: number | null = deps.fresh ? 0 : null;

  const announce = (message: WireMessage, offset: number | null): void => {
    const key = announcementKey(message);
    if (announced.has(key)) return;
    announced.add(key);
    if (offset !== null && offset <= (backlogEnd ?? 0)) return;
    announceMessage(state, message);
  };

  let typingOver: ReturnType<typeof setTimeout> | undefined;
  const showTyping = (active: boolean): void => {
    clearTimeout(typingOver);
    state.humanTyping.value = active;
    if (active) typingOver = setTimeout(() => showTyping(false), TYPING_MS);
  };

  const takeMessage = (message: WireMessage, offset: number | null): void => {
    state.transcript.value = mergeMessage(state.transcript.value, message);
    if (message.role === "user" && message.clientId) deps.confirmed(message.clientId);
    if (message.human) showTyping(false);
    if (message.role === "assistant") {
      state.greetingDue.value = false;
      announce(message, offset);
      if (!state.awaiting.value) state.thinking.end();
    }
  };

  const takeLimits = (limits: Pick<SessionInfo, "remainingMessages" | "expiresAt">): void => {
    const { remainingMessages, expiresAt } = limits;
    deps.takeSession({ sessionId: null, ended: false, endReason: null, cursor: null, remainingMessages, expiresAt });
  };

  return (event) => {
    switch (event.type) {
      case "connected":
        backlogEnd ??= event.head;
        if (event.sessionId) state.sessionId.value = event.sessionId;
        deps.clock.heard(Date.parse(event.now ?? ""), NOW_TOLERANCE_MS);
        fillTimes(state.time, event.session);
        return;
      case "delta":
        state.greetingDue.value = false;
        state.transcript.value = mergeDelta(state.transcript.value, event.delta);
        state.thinking.heard();
        return;
      case "status":
        state.thinking.set(event.label);
        return;
      case "message":
        takeMessage(event.message, event.offset);
        noteSaid(state.time, event.at);
        return;
      case "typing":
        showTyping(event.active && state.human.value.type === "joined");
        return;
      case "quota":
        takeLimits(event);
        if (event.quiet) takeTimes(state.time, { expiresAt: event.expiresAt, quiet: event.quiet });
        if (event.turnId === null) return;
        noteSaid(state.time, event.at);
        state.greetingDue.value = false;
        state.transcript.value = closeTurn(state.transcript.value, event.turnId, event.stopped);
        if (!state.awaiting.value) state.thinking.end();
        return;
      case "turn_failed":
        takeLimits({ ...event, expiresAt: undefined });
        noteSaid(state.time, event.at);
        state.greetingDue.value = false;
        if (event.turnId === null) return;
        state.transcript.value = failTurn(state.transcript.value, event.turnId, event.code);
        if (!state.awaiting.value) state.thinking.end();
        return;
      case "human":
        if (event.state === "joined") state.human.value = { type: "joined", name: event.name };
        else if (event.state === "left") state.human.value = { type: "none" };
        else if (state.human.value.type !== "asked" || state.human.value.since === null)
          state.human.value = { type: "asked", since: event.since, byMail: false };
        showTyping(false);
        return;
      case "session_ended":
        deps.end(event.reason);
        return;
      case "reset":
        for (const message of event.history.messages) announced.add(announcementKey(message));
        state.transcript.value = replaceAll(state.transcript.value, event.history.messages);
        state.earlierCursor.value = event.history.earlier;
        if (event.history.session) deps.takeSession(event.history.session);
    }
  };
}

/** Announces a finished part in the live region, once. */
function announceMessage(state: ChatState, message: WireMessage): void {
  const key = announcementKey(message);
  if (message.role !== "assistant" || state.announcements.value.some((item) => item.key === key)) return;
  const kept = state.announcements.value.slice(1 - KEPT_ANNOUNCEMENTS);
  state.announcements.value = [...kept, { key, text: message.content }];
}

/** Applies the whole answer to a message, as returned without a stream. */
export function takeAnswer(state: ChatState, clientId: string, { turnId, messages }: PlainAnswer): void {
  batch(() => {
    const { transcript } = state;
    transcript.value = updateOwn(transcript.value, clientId, { turnId });
    for (const message of messages) {
      transcript.value = mergeMessage(transcript.value, message);
      announceMessage(state, message);
    }
    transcript.value = closeTurn(transcript.value, turnId);
  });
}

const announcementKey = (message: WireMessage): string =>
  `${message.turnId ?? message.id}-${message.role}-${message.part}`;
