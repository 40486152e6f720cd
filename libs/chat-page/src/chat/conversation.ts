import { batch, effect } from "@preact/signals";
import type { Answer, Api } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import { createEventFeed, type EventFeed } from "../net/event-feed.js";
import { parseLinkInfo } from "../net/link-info.js";
import { randomId } from "../net/random-id.js";
import { isRecord, record, text } from "../net/reading.js";
import { parseHistory, parseMessage, parseSessionInfo, type SessionInfo } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import type { Drafts } from "./drafts.js";
import { createEventSink } from "./event-sink.js";
import { createOutbox } from "./outbox.js";
import { mergeMessage } from "./transcript.js";

export interface Conversation {
  start(): void;
  send(content: string): void;
  resend(clientId: string): void;
  /** Ends this conversation and opens a fresh one. */
  renew(): void;
  /** Something outside changed: network, visibility, the person asked to try again. */
  wake(options?: { reopen: boolean }): void;
  setOnline(online: boolean): void;
}

export interface ConversationDeps {
  api: Api;
  state: ChatState;
  drafts: Drafts;
  /** Resolves when a person can see the page. Link scanners and prerendering must not use up a session. */
  whenVisible(): Promise<void>;
}

const OVERDUE_MS = 20_000;
const TICK_MS = 5_000;
const GREETING_WAIT_MS = 8_000;

/** Runs the page: opens the link, finds or makes the session, follows its events, sends messages. */
export function createConversation(deps: ConversationDeps): Conversation {
  const { api, state, drafts } = deps;
  let feed: EventFeed | null = null;
  let lastEventAt = Date.now();
  let attempts = 0;
  let opening = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const takeSession = (info: SessionInfo): void => {
    if (info.sessionId) state.sessionId.value = info.sessionId;
    if (info.remainingMessages !== null) state.remainingMessages.value = info.remainingMessages;
    const expires = Date.parse(info.expiresAt ?? "");
    if (Number.isFinite(expires)) state.expiresAtMs.value = expires - api.clockOffsetMs();
    if (info.ended) end(info.endReason);
  };
  const end = (reason: string | null): void => {
    batch(() => {
      state.ended.value ??= { reason };
      state.greetingDue.value = false;
      state.heldUntilMs.value = null;
      state.thinking.end();
    });
    feed?.stop();
  };
  const gone = (status: number, code: string): void => {
    if (status === 404 && code !== "session_not_found") {
      feed?.stop();
      state.screen.value = { type: "invalid" };
    } else if (code === "link_expired") {
      feed?.stop();
      state.screen.value = { type: "expired" };
    } else end(status === 410 ? code : "lost");
  };
  const outbox = createOutbox({
    api,
    state,
    drafts,
    onAccepted: (entry, { body }) => {
      takeSession({ ...parseSessionInfo(body), ended: false });
      const answer = record(body);
      const turnId = text(answer.turn_id);
      const response = text(answer.response);
      // A plain answer (no stream at that moment) already holds the reply; with a turn id it merges with later events.
      if (turnId !== null && response !== null) {
        const reply = parseMessage({ role: "assistant", content: response, turn_id: turnId });
        if (reply) state.transcript.value = mergeMessage(state.transcript.value, reply);
        state.announcements.value = [...state.announcements.value.slice(-4), { key: `turn-${turnId}`, text: response }];
      } else if (response !== null) void refreshHistory();
      if (answer.session_ended === true) end(null);
      if (entry.clientId && state.awaiting.value) state.thinking.begin("thinking");
    },
    onGone: gone,
  });

  const refreshHistory = async (): Promise<void> => {
    const answer = await api.history();
    if (answer.type !== "ok") return;
    for (const message of parseHistory(answer.body).messages) {
      state.transcript.value = mergeMessage(state.transcript.value, message);
    }
  };

  const follow = (fresh: boolean): void => {
    feed?.stop();
    const sink = createEventSink({ state, fresh, takeSession, end, pump: outbox.pump, confirmed: drafts.forgetUnsent });
    feed = createEventFeed({
      api,
      onEvent: (event) => {
        lastEventAt = Date.now();
        batch(() => sink(event));
      },
      onState: (next) => {
        state.feed.value = next;
        if (next === "live" || next === "polling") {
          lastEventAt = Date.now();
          outbox.pump();
        }
      },
      onRefused: gone,
    });
    feed.start();
  };

  /** Finds the session of this browser. "none" = there is none; "retry" = could not be asked. */
  const resume = async (): Promise<"resumed" | "none" | "retry"> => {
    const answer = await api.history();
    if (answer.type === "unreachable" || (answer.type === "refused" && answer.status >= 500)) return trouble(answer);
    if (answer.type === "refused" && answer.status === 429) return trouble(answer);
    if (answer.type === "refused" && answer.status === 410 && answer.code !== "link_expired") {
      show({ type: "chat" });
      end(answer.code);
      return "resumed";
    }
    if (answer.type === "refused") return "none";
    const history = parseHistory(answer.body);
    const session = history.session;
    if (!session) return "none";
    batch(() => {
      for (const message of history.messages) state.transcript.value = mergeMessage(state.transcript.value, message);
      takeSession(session);
      state.screen.value = { type: "chat" };
    });
    drafts.forgetCreation();
    outbox.restore();
    if (!state.ended.value) follow(false);
    return "resumed";
  };

  const createSession = async (): Promise<void> => {
    await deps.whenVisible();
    const answer = await api.createSession(drafts.creationKey(randomId));
    if (answer.type === "ok") {
      drafts.forgetCreation();
      batch(() => {
        takeSession(parseSessionInfo(answer.body));
        takeGreeting(answer.body);
        state.screen.value = { type: "chat" };
        state.renewing.value = false;
      });
      follow(true);
      outbox.restore();
      return;
    }
    if (answer.type === "refused" && answer.status === 422) drafts.forgetCreation();
    if (answer.type === "refused" && answer.code === "sessions_exhausted") show({ type: "full" });
    else if (answer.type === "refused" && answer.status === 404) show({ type: "invalid" });
    else if (answer.type === "refused" && answer.status === 410) show({ type: "expired" });
    else trouble(answer);
  };

  const takeGreeting = (body: unknown): void => {
    const first = record(body).initial_message;
    const turnId = text(record(body).turn_id);
    const greeting =
      typeof first === "string" && turnId ? { role: "assistant", content: first, turn_id: turnId } : first;
    const message = isRecord(greeting) ? parseMessage(greeting) : null;
    if (message) state.transcript.value = mergeMessage(state.transcript.value, message);
    if (message || state.ended.value) return;
    state.greetingDue.value = true;
    state.thinking.begin("thinking");
    setTimeout(() => {
      state.greetingDue.value = false;
    }, GREETING_WAIT_MS);
  };

  const show = (screen: ChatState["screen"]["value"]): void => {
    batch(() => {
      state.screen.value = screen;
      state.renewing.value = false;
    });
  };

  /** Says that it does not work now and tries again later, on its own. */
  const trouble = (answer: Answer): "retry" => {
    show({ type: "trouble", requestId: answer.type === "refused" ? answer.requestId : null });
    attempts += 1;
    const asked = answer.type === "refused" ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
    clearTimeout(timer);
    timer = setTimeout(() => void open(), Math.max(asked, backoffMs(attempts, 2_000, 30_000)));
    return "retry";
  };

  const open = async (): Promise<void> => {
    if (opening) return;
    opening = true;
    clearTimeout(timer);
    await openOnce().finally(() => {
      opening = false;
    });
  };
  const openOnce = async (): Promise<void> => {
    const answer = await api.link();
    if (answer.type === "unreachable" || (answer.type === "refused" && answer.status >= 500)) {
      trouble(answer);
      return;
    }
    const full = answer.type === "refused" && answer.code === "sessions_exhausted";
    if (answer.type === "refused" && !full) {
      if (answer.status === 429) trouble(answer);
      else show({ type: answer.status === 410 ? "expired" : "invalid" });
      return;
    }
    const link = parseLinkInfo(answer.type === "ok" ? answer.body : null);
    state.link.value = answer.type === "ok" ? link : null;
    if (link.expired) return show({ type: "expired" });
    const found = await resume();
    if (found !== "none") return;
    // A full link still serves those who already have a conversation.
    if (full || link.full) return show({ type: "full" });
    if (link.gated) return show({ type: "gated" });
    await createSession();
    attempts = 0;
  };

  const renew = async (): Promise<void> => {
    if (state.renewing.value) return;
    state.renewing.value = true;
    if (!state.ended.value) {
      const answer = await api.endSession();
      const failed =
        answer.type === "unreachable" || (answer.type === "refused" && ![404, 410, 401].includes(answer.status));
      if (failed) {
        state.renewing.value = false;
        return;
      }
    }
    feed?.stop();
    outbox.clear();
    batch(() => {
      state.transcript.value = [];
      state.sessionId.value = null;
      state.ended.value = null;
      state.remainingMessages.value = null;
      state.expiresAtMs.value = null;
      state.announcements.value = [];
      state.thinking.end();
    });
    drafts.forgetCreation();
    await createSession();
  };

  const watch = (): void => {
    state.nowMs.value = Date.now();
    const expires = state.expiresAtMs.value;
    if (expires !== null && !state.ended.value && state.nowMs.value > expires + 2_000) end("session_expired");
    const overdue = state.awaiting.value && Date.now() - lastEventAt > OVERDUE_MS && state.feed.value === "live";
    // A connection can be dead without the browser noticing; asking again costs little.
    if (overdue) {
      lastEventAt = Date.now();
      feed?.wake({ reopen: true });
    }
  };

  return {
    start: () => {
      setInterval(watch, TICK_MS);
      effect(() => {
        if (!state.awaiting.value && !state.greetingDue.value) state.thinking.end();
      });
      void open();
    },
    send: (content) => {
      state.greetingDue.value = false;
      outbox.send(content);
    },
    resend: outbox.resend,
    renew: () => void renew(),
    wake: (options) => {
      if (state.screen.value.type === "trouble") void open();
      const stale = Date.now() - lastEventAt > 30_000;
      feed?.wake(options ?? { reopen: stale });
      outbox.pump();
    },
    setOnline: (online) => {
      state.online.value = online;
    },
  };
}
