import { randomId } from "@parley/web-kit";
import type { Answer, Api } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import type { AttachedFile } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import type { Drafts } from "./drafts.js";
import { addOwn, findOwn, type UserEntry, updateOwn } from "./transcript.js";

interface OutboxDeps {
  api: Api;
  state: ChatState;
  drafts: Drafts;
  /** The server has accepted a message; `body` is its answer. */
  onAccepted(clientId: string, body: unknown): void;
  /** The conversation or the link is gone. */
  onGone(status: number, code: string): void;
  /** The server needs to know who the visitor is. True when the visitor is asked and the message can wait for that. */
  onUnknown(status: number, code: string): boolean;
}

type Refusal = Extract<Answer, { type: "refused" }>;

const MAX_SERVER_FAILURES = 8;
/** Pause after a 429 without a retry time. */
const UNTOLD_WAIT_MS = 5_000;
const JITTER_MS = 500;
const FINAL_CODES = new Set([
  "model_unavailable",
  "model_timeout",
  "messages_exhausted",
  "budget_exhausted",
  "sessions_exhausted",
  "file_not_found",
]);

/**
 * Sends the visitor's messages one after the other. A message keeps its client id through every repeat, offline spell and reload; the
 * server accepts each id once, so a message whose answer was lost is repeated without harm.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #state: ChatState;
  #busy = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Raised when the conversation changes: answers to calls of the previous one are ignored. */
  #generation = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#state = deps.state;
  }

  send(content: string, files: readonly AttachedFile[] = []): void {
    const message = { clientId: randomId(), text: content, files, createdAt: new Date().toISOString() };
    this.#deps.drafts.keepUnsent({ ...message, sessionId: this.#state.sessionId.value });
    this.#state.transcript.value = addOwn(this.#state.transcript.value, message);
    this.pump();
  }

  /** Resends a failed message. */
  resend(clientId: string): void {
    const entry = findOwn(this.#state.transcript.value, clientId);
    if (entry?.delivery !== "failed") return;
    this.#failures = 0;
    if (entry.turnId !== null) {
      // The server has this message and its turn is over: only a new message gets a new answer.
      this.#change(clientId, { failure: "resent" });
      this.send(entry.text, entry.files);
      return;
    }
    const { text, files, createdAt } = entry;
    const sessionId = this.#state.sessionId.value;
    this.#deps.drafts.keepUnsent({ clientId, text, files, sessionId, createdAt: createdAt ?? "" });
    this.#change(clientId, { delivery: "waiting", failure: null, answered: false });
    this.pump();
  }

  /** Restores what an earlier visit of this page could not send. */
  restore(): void {
    const { drafts } = this.#deps;
    const stranded: string[] = [];
    for (const message of drafts.unsent()) {
      const known = findOwn(this.#state.transcript.value, message.clientId) !== null;
      // A message written for an earlier conversation must not slip into this one, but its text is not lost.
      const foreign = message.sessionId !== this.#state.sessionId.value;
      if (foreign && !known) stranded.push(message.text);
      if (known || foreign) drafts.forgetUnsent(message.clientId);
      else this.#state.transcript.value = addOwn(this.#state.transcript.value, message);
    }
    if (stranded.length > 0 && drafts.readDraft() === "") drafts.writeDraft(stranded.join("\n\n"));
    this.pump();
  }

  /** Sends the next waiting message, if it may be sent now. */
  pump(): void {
    const { online, ended, again, held, feed } = this.#state;
    const entry = this.#nextWaiting();
    if (this.#busy || !entry || !online.value || ended.value || again.value) return;
    if ((held.value?.untilMs ?? 0) > performance.now()) return;
    clearTimeout(this.#timer);
    this.#busy = true;
    const generation = this.#generation;
    this.#change(entry.clientId, { delivery: "sending" });
    const streamed = feed.value === "live" || feed.value === "polling";
    // Without a stream nothing arrives before the whole answer: the wait for it begins now.
    if (!streamed) this.#state.thinking.begin("thinking");
    void this.#deps.api.send(entry, { wait: !streamed }).then((answer) => {
      if (generation !== this.#generation) return;
      this.#busy = false;
      held.value = null;
      this.#settle(entry.clientId, answer);
      if (answer.type === "ok") this.pump();
    });
  }

  /** The conversation is over: nothing of it is sent any more. Text that was not delivered returns to the draft. */
  clear(): void {
    const { drafts } = this.#deps;
    const unsaid = this.#state.transcript.value.flatMap((entry) =>
      entry.role === "user" && entry.delivery === "waiting" ? [entry.text] : [],
    );
    if (unsaid.length > 0 && drafts.readDraft() === "") drafts.writeDraft(unsaid.join("\n\n"));
    this.#generation += 1;
    this.#busy = false;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#state.held.value = null;
    for (const message of drafts.unsent()) drafts.forgetUnsent(message.clientId);
  }

  #nextWaiting(): { clientId: string; text: string; files: readonly AttachedFile[] } | null {
    for (const entry of this.#state.transcript.value) {
      if (entry.role !== "user" || entry.delivery !== "waiting" || !entry.clientId) continue;
      return { clientId: entry.clientId, text: entry.text, files: entry.files };
    }
    return null;
  }

  #change(clientId: string, update: Partial<UserEntry>): void {
    this.#state.transcript.value = updateOwn(this.#state.transcript.value, clientId, update);
  }

  /** The stream may have reported the outcome before the answer to the post arrived; the stream wins. */
  #unlessSettled(clientId: string, update: Partial<UserEntry>): void {
    if (findOwn(this.#state.transcript.value, clientId)?.delivery === "sending") this.#change(clientId, update);
  }

  #again(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.pump(), delayMs);
  }

  #fail(clientId: string, code: string, turnId: string | null = null): void {
    this.#unlessSettled(clientId, { delivery: "failed", failure: code, answered: true, ...(turnId && { turnId }) });
    this.#deps.drafts.forgetUnsent(clientId);
  }

  #settle(clientId: string, answer: Answer): void {
    // An answer that takes too long was accepted all the same; it arrives on the stream.
    if (answer.type === "ok" || (answer.type === "refused" && answer.code === "turn_timeout")) {
      this.#failures = 0;
      this.#deps.drafts.forgetUnsent(clientId);
      // Its turn, and so its place, comes from the event log, which knows the order of all messages.
      this.#unlessSettled(clientId, { delivery: "sent" });
      this.#deps.onAccepted(clientId, answer.type === "ok" ? answer.body : null);
    } else if (answer.type === "unreachable") {
      this.#unlessSettled(clientId, { delivery: "waiting" });
      this.#failures += 1;
      this.#again(backoffMs(this.#failures));
    } else this.#settleRefusal(clientId, answer);
  }

  #settleRefusal(clientId: string, answer: Refusal): void {
    const { status, code, turnId } = answer;
    if (FINAL_CODES.has(code)) {
      if (code === "messages_exhausted") this.#state.remainingMessages.value = 0;
      this.#fail(clientId, code, turnId);
      if (code === "budget_exhausted" || code === "sessions_exhausted") this.#deps.onGone(status, code);
      return;
    }
    if ([401, 403].includes(status) && this.#deps.onUnknown(status, code)) {
      this.#unlessSettled(clientId, { delivery: "waiting" });
      return;
    }
    if ([401, 404, 410].includes(status)) {
      this.#fail(clientId, code);
      this.#deps.onGone(status, code);
      return;
    }
    const waits = status === 429 || code === "idempotency_in_progress" || status >= 500;
    if (status !== 429) this.#failures += 1;
    if (!waits || this.#failures > MAX_SERVER_FAILURES) {
      this.#fail(clientId, code);
      this.#again(0);
      return;
    }
    this.#unlessSettled(clientId, { delivery: "waiting" });
    this.#wait(answer);
  }

  #wait({ status, code, retryAfterSeconds }: Refusal): void {
    const askedMs = retryAfterSeconds === null ? 0 : retryAfterSeconds * 1000 + Math.random() * JITTER_MS;
    const limited = status === 429;
    const delayMs = Math.max(askedMs, limited && askedMs === 0 ? UNTOLD_WAIT_MS : backoffMs(this.#failures));
    // A budget held by others for a moment is not the visitor's fault.
    const ownPace = code !== "budget_busy";
    if (limited) this.#state.held.value = { untilMs: performance.now() + delayMs, ownPace };
    this.#again(delayMs + 1);
  }
}
