import type { Answer, Api } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import { randomId } from "../net/random-id.js";
import { record, text } from "../net/reading.js";
import type { ChatState } from "./chat-state.js";
import type { Drafts } from "./drafts.js";
import { addOwn, type UserEntry, updateOwn } from "./transcript.js";

export interface OutboxDeps {
  api: Api;
  state: ChatState;
  drafts: Drafts;
  /** The server took a message; `body` is its answer. */
  onAccepted(entry: UserEntry, answer: { status: number; body: unknown }): void;
  /** The conversation or the link is gone. */
  onGone(status: number, code: string): void;
}

export interface Outbox {
  send(content: string): void;
  /** Sends a failed message once more. */
  resend(clientId: string): void;
  /** Takes up what an earlier visit of this page could not send. */
  restore(): void;
  pump(): void;
  clear(): void;
}

const MAX_SERVER_FAILURES = 8;
const FINAL_CODES = new Set(["model_unavailable", "model_timeout", "messages_exhausted"]);

/**
 * Sends the visitor's messages one after the other. A message keeps its client id through every repeat, offline spells and
 * reloads; the server takes each id once, so a message whose answer got lost is repeated without harm.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { state, drafts } = deps;
  let busy = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let generation = 0;

  const change = (clientId: string, update: Partial<UserEntry>): void => {
    state.transcript.value = updateOwn(state.transcript.value, clientId, update);
  };
  /** The stream may have told the outcome before the answer to the post arrived; what it said stands. */
  const unlessSettled = (clientId: string, update: Partial<UserEntry>): void => {
    const entry = state.transcript.value.find((item) => item.role === "user" && item.clientId === clientId);
    if (entry?.role === "user" && entry.delivery === "sending") change(clientId, update);
  };
  const nextWaiting = (): UserEntry | null => {
    for (const entry of state.transcript.value) {
      if (entry.role === "user" && entry.delivery === "waiting" && entry.clientId) return entry;
    }
    return null;
  };
  const again = (delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(pump, delayMs);
  };
  const fail = (clientId: string, code: string): void => {
    change(clientId, { delivery: "failed", failure: code, answered: true });
    drafts.forgetUnsent(clientId);
  };

  const settle = (entry: UserEntry, clientId: string, answer: Answer): void => {
    if (answer.type === "ok" || (answer.type === "refused" && answer.code === "turn_timeout")) {
      failures = 0;
      state.heldUntilMs.value = null;
      drafts.forgetUnsent(clientId);
      const body = answer.type === "ok" ? answer.body : null;
      unlessSettled(clientId, { delivery: "sent", turnId: text(record(body).turn_id) ?? entry.turnId });
      deps.onAccepted(entry, { status: answer.type === "ok" ? answer.status : 202, body });
      return;
    }
    if (answer.type === "unreachable") {
      unlessSettled(clientId, { delivery: "waiting" });
      failures += 1;
      again(backoffMs(failures));
      return;
    }
    settleRefusal(clientId, answer);
  };

  const settleRefusal = (clientId: string, answer: Extract<Answer, { type: "refused" }>): void => {
    const { status, code } = answer;
    if (FINAL_CODES.has(code)) {
      if (code === "messages_exhausted") state.remainingMessages.value = 0;
      fail(clientId, code);
      return;
    }
    if ([401, 404, 410].includes(status)) {
      fail(clientId, code);
      deps.onGone(status, code);
      return;
    }
    const waits = status === 429 || status === 409 || status >= 500;
    if (status !== 429) failures += 1;
    if (!waits || failures > MAX_SERVER_FAILURES) {
      fail(clientId, code);
      return;
    }
    unlessSettled(clientId, { delivery: "waiting" });
    const askedMs = answer.retryAfterSeconds === null ? 0 : answer.retryAfterSeconds * 1000 + Math.random() * 500;
    const delayMs = Math.max(askedMs, status === 429 && askedMs === 0 ? 5_000 : backoffMs(failures));
    if (status === 429) state.heldUntilMs.value = Date.now() + delayMs;
    again(delayMs + 1);
  };

  const pump = (): void => {
    const entry = nextWaiting();
    const clientId = entry?.clientId;
    if (busy || !entry || !clientId || !state.online.value || state.ended.value) return;
    if ((state.heldUntilMs.value ?? 0) > Date.now()) return;
    clearTimeout(timer);
    busy = true;
    const mine = generation;
    change(clientId, { delivery: "sending" });
    const streamed = state.feed.value === "live" || state.feed.value === "polling";
    void deps.api.send({ clientId, text: entry.text }, { wait: !streamed }).then((answer) => {
      if (mine !== generation) return;
      busy = false;
      state.heldUntilMs.value = null;
      settle(entry, clientId, answer);
      if (answer.type === "ok") pump();
    });
  };

  const add = (content: string): void => {
    const message = { clientId: randomId(), text: content, createdAt: new Date().toISOString() };
    drafts.keepUnsent({ ...message, sessionId: state.sessionId.value });
    state.transcript.value = addOwn(state.transcript.value, message);
    pump();
  };

  return {
    send: add,
    resend: (clientId) => {
      const entry = state.transcript.value.find((item) => item.role === "user" && item.clientId === clientId);
      if (entry?.role !== "user" || entry.delivery !== "failed") return;
      failures = 0;
      if (entry.turnId !== null) {
        // The server has this message and its turn is over: only a new message gets a new answer.
        change(clientId, { failure: "resent" });
        return add(entry.text);
      }
      drafts.keepUnsent({
        clientId,
        text: entry.text,
        sessionId: state.sessionId.value,
        createdAt: entry.createdAt ?? "",
      });
      change(clientId, { delivery: "waiting", failure: null, answered: false });
      pump();
    },
    restore: () => {
      for (const message of drafts.unsent()) {
        const known = state.transcript.value.some(
          (entry) => entry.role === "user" && entry.clientId === message.clientId,
        );
        // A message written for an earlier conversation must not slip into this one, but its words are not thrown away.
        const foreign = message.sessionId !== state.sessionId.value;
        if (foreign && drafts.readDraft() === "") drafts.writeDraft(message.text);
        if (known || foreign) drafts.forgetUnsent(message.clientId);
        else state.transcript.value = addOwn(state.transcript.value, message);
      }
      pump();
    },
    pump,
    clear: () => {
      generation += 1;
      busy = false;
      failures = 0;
      clearTimeout(timer);
      for (const message of drafts.unsent()) drafts.forgetUnsent(message.clientId);
    },
  };
}
