import { batch } from "@preact/signals";
import type { Answer, Api } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import { parseLinkInfo } from "../net/link-info.js";
import { randomId } from "../net/random-id.js";
import { record } from "../net/reading.js";
import { parseHistory, parseSessionInfo, type SessionInfo } from "../net/session-info.js";
import type { ChatState, Screen } from "./chat-state.js";
import type { Drafts } from "./drafts.js";
import { mergeMessage } from "./transcript.js";

export interface OpeningDeps {
  api: Api;
  state: ChatState;
  drafts: Drafts;
  whenVisible(): Promise<void>;
  takeSession(info: SessionInfo): void;
  /** There is a session. `fresh`: made by this visit; `after`: the event its history reaches to. */
  enter(entry: { fresh: boolean; after: string | null }): void;
}

type Refusal = Exclude<Answer, { type: "ok" }>;

const GREETING_WAIT_MS = 8_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/** The way from a link to a session: link, history of this browser's session, or a new session. Repeats itself while the server is away. */
export class Opening {
  readonly #deps: OpeningDeps;
  readonly #state: ChatState;
  #failures = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: OpeningDeps) {
    this.#deps = deps;
    this.#state = deps.state;
  }

  /** Opens the link; while a call is under way further ones do nothing. */
  async open(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      await this.#open();
    } finally {
      this.#running = false;
    }
  }

  /** A new session although this browser had one. */
  async createAfresh(): Promise<void> {
    this.#deps.drafts.forgetCreation();
    await this.#create();
  }

  async #open(): Promise<void> {
    const answer = await this.#deps.api.link();
    const full = answer.type === "refused" && answer.code === "sessions_exhausted";
    if (answer.type !== "ok" && !full) return this.#refuse(answer);
    const link = parseLinkInfo(answer.type === "ok" ? answer.body : null);
    if (answer.type === "ok") this.#state.link.value = link;
    if (link.expired) return this.#show({ type: "expired" });
    if (await this.#resume()) return;
    // A full link still serves those who already have a conversation.
    if (full || link.full) return this.#show({ type: "full" });
    if (link.gated) return this.#show({ type: "gated" });
    await this.#create();
  }

  /** Goes on with the session of this browser. False when there is none; true also when that could not be found out. */
  async #resume(): Promise<boolean> {
    const { api, drafts } = this.#deps;
    const answer = await api.history();
    if (answer.type === "refused" && answer.status === 410 && answer.code !== "link_expired") {
      this.#deps.takeSession({ ...parseSessionInfo(null), ended: true, endReason: answer.code });
      this.#show({ type: "chat" });
      return true;
    }
    if (answer.type === "refused" && [401, 403, 404].includes(answer.status)) return false;
    if (answer.type !== "ok") {
      this.#refuse(answer);
      return true;
    }
    const { messages, session, earlier } = parseHistory(answer.body);
    if (!session) return false;
    drafts.forgetCreation();
    batch(() => {
      this.#state.transcript.value = messages.reduce(mergeMessage, this.#state.transcript.value);
      this.#state.earlierCursor.value = earlier;
      this.#deps.takeSession(session);
      this.#show({ type: "chat" });
    });
    this.#deps.enter({ fresh: false, after: session.cursor });
    return true;
  }

  async #create(): Promise<void> {
    const { api, drafts } = this.#deps;
    await this.#deps.whenVisible();
    let answer = await api.createSession(drafts.creationKey(randomId));
    // A repeat of a call whose answer, and with it the session's cookie, got lost: that session cannot be entered any more.
    if (answer.type === "ok" && answer.status === 201 && record(answer.body).session_token === null) {
      drafts.forgetCreation();
      answer = await api.createSession(drafts.creationKey(randomId));
    }
    if (answer.type !== "ok") return this.#refuse(answer);
    drafts.forgetCreation();
    this.#failures = 0;
    // 200: this browser has a session already, another tab was faster. Then there is a history.
    if (answer.status === 200 && (await this.#resume())) return;
    const session = parseSessionInfo(answer.body);
    batch(() => {
      this.#deps.takeSession(session);
      this.#awaitGreeting();
      this.#show({ type: "chat" });
    });
    this.#deps.enter({ fresh: true, after: null });
  }

  #awaitGreeting(): void {
    const { greetingDue, thinking } = this.#state;
    greetingDue.value = true;
    thinking.begin("thinking");
    setTimeout(() => {
      greetingDue.value = false;
    }, GREETING_WAIT_MS);
  }

  #show(screen: Screen): void {
    batch(() => {
      this.#state.screen.value = screen;
      this.#state.renewing.value = false;
    });
  }

  /** A final refusal is shown; with anything else the page says that it does not work now and tries again by itself. */
  #refuse(answer: Refusal): void {
    const screen = finalScreen(answer);
    if (screen) {
      this.#show(screen);
      return;
    }
    this.#show({ type: "trouble", requestId: answer.type === "refused" ? answer.requestId : null });
    this.#failures += 1;
    const askedMs = answer.type === "refused" ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
    const pauseMs = Math.max(askedMs, backoffMs(this.#failures, FIRST_PAUSE_MS, LONGEST_PAUSE_MS));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.open(), pauseMs);
  }
}

/** What a refusal means for good; null = it may work later. */
function finalScreen(answer: Refusal): Screen | null {
  if (answer.type === "unreachable" || answer.status >= 500) return null;
  if (answer.code === "sessions_exhausted") return { type: "full" };
  if (answer.status === 410) return { type: "expired" };
  return [408, 409, 429].includes(answer.status) ? null : { type: "invalid" };
}
