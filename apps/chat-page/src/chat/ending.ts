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
  /** Asks for the address to be confirmed again, beside the conversation. */
  confirmAgain(): void;
}

/** Reasons that block further messages and have a text of their own. */
const USED_UP = new Set(["budget_exhausted", "sessions_exhausted"]);

/** Messages between this browser and the server may still be in transit. */
const GRACE_MS = 2_000;

/** Ends of a conversation that the visitor did not cause: refused calls, and time. */
export class Ending {
  readonly #deps: EndingDeps;
  #asking = false;

  constructor(deps: EndingDeps) {
    this.#deps = deps;
  }

  /** The server refuses a call of this session permanently. */
  gone(status: number, code: string): void {
    if (this.askWho(status, code)) return;
    const ofLink = code === "link_expired" || (status === 404 && code !== "session_not_found");
    if (ofLink) this.#linkGone(code);
    else if (status === 410) void this.#learn(code);
    else this.#deps.end(USED_UP.has(code) ? code : "lost");
  }

  /** Handles an unknown session, or a visitor in another place: false when neither applies. */
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
    // The session may have been extended, or used on another device, while no events arrived.
    if (over !== null && !state.ended.value && state.sessionId.value !== null) void this.#learn(null);
  }

  /** A conversation that has begun stays readable; before that the page only says that the link is gone. */
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

  /** Fetches the state of the session. `code`: it accepts nothing more, and only the session can say why; null = it may well continue. */
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
