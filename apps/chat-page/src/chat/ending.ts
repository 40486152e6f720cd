import type { Api } from "../net/api.js";
import type { ServerClock } from "../net/server-clock.js";
import { parseHistory, type SessionInfo } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import { isWrongPlace } from "./refusals.js";
import { reasonOver } from "./session-time.js";

interface EndingDeps {
  api: Api;
  clock: ServerClock;
  state: ChatState;
  takeSession(info: SessionInfo): void;
  end(reason: string | null): void;
  stopFeed(): void;
  /** Has the address confirmed again, beside the conversation. */
  confirmAgain(): void;
}

/** Nothing more can be said here, for a reason that has words of its own. */
const USED_UP = new Set(["budget_exhausted", "sessions_exhausted"]);

/** Messages between this browser and the server may still be on their way. */
const GRACE_MS = 2_000;

/** How a conversation ends that nobody ended here: refused calls, and time. */
export class Ending {
  readonly #deps: EndingDeps;
  #asking = false;

  constructor(deps: EndingDeps) {
    this.#deps = deps;
  }

  /** The server refuses a call of this session for good. */
  gone(status: number, code: string): void {
    if (this.askWho(status, code)) return;
    const ofLink = code === "link_expired" || (status === 404 && code !== "session_not_found");
    if (ofLink) this.#linkGone(code);
    else if (status === 410) void this.#learn(code);
    else this.#deps.end(USED_UP.has(code) ? code : "lost");
  }

  /** A session that is no longer known, or a visitor in another place: false when neither is so. */
  askWho(status: number, code: string): boolean {
    const { state, stopFeed, confirmAgain } = this.#deps;
    if (isWrongPlace(code)) {
      stopFeed();
      state.screen.value = { type: "wrongPlace" };
      return true;
    }
    const unknown = status === 401 || code === "verification_required";
    if (!unknown || !state.link.value?.requireEmail) return false;
    stopFeed();
    confirmAgain();
    return true;
  }

  /** Ends the conversation when its time is over by the server's clock. */
  checkTime(): void {
    const { clock, state } = this.#deps;
    state.time.nowMs.value = clock.nowMs();
    const over = reasonOver(state.time, state.time.nowMs.value - GRACE_MS);
    // The session may have got more time, or been used on another device, while nothing was heard of it.
    if (over !== null && !state.ended.value && state.sessionId.value !== null) void this.#learn(null);
  }

  /** A talk that has begun stays readable; before that there is nothing to show but that the link is gone. */
  #linkGone(code: string): void {
    const { clock, end, state, stopFeed } = this.#deps;
    const expired = code === "link_expired" || reasonOver(state.time, clock.nowMs()) === "expired";
    if (state.screen.value.type === "chat") {
      end(expired ? "expired" : "link_revoked");
      return;
    }
    stopFeed();
    state.screen.value = { type: expired ? "expired" : "invalid" };
  }

  /** Asks the session how it stands. `code`: it takes nothing more, why it alone can say; null = it may well continue. */
  async #learn(code: string | null): Promise<void> {
    const { api, clock, end, state, takeSession } = this.#deps;
    const before = state.sessionId.value;
    if (this.#asking) return;
    this.#asking = true;
    const answer = await api.history();
    this.#asking = false;
    if (state.ended.value || state.sessionId.value !== before) return;
    const session = answer.type === "ok" ? parseHistory(answer.body).session : null;
    if (session) takeSession(session);
    const over = reasonOver(state.time, clock.nowMs() + (code === null ? 0 : GRACE_MS));
    if (over !== null || code !== null) end(over ?? code);
  }
}
