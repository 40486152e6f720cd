import { record } from "@parley/web-kit";
import { batch, effect } from "@preact/signals";
import type { Api, FileSource, Rating, WaitingChoice } from "../net/api.js";
import { EventFeed } from "../net/event-feed.js";
import type { FileLimits } from "../net/link-info.js";
import type { ServerClock } from "../net/server-clock.js";
import {
  type AttachedFile,
  parseAnswer,
  parseHistory,
  parseSessionInfo,
  type SessionInfo,
} from "../net/session-info.js";
import { type Attachments, type ChatState, type LoadEntryCheck, resetConversation } from "./chat-state.js";
import type { Drafts } from "./drafts.js";
import { loadEarlier } from "./earlier.js";
import { Ending } from "./ending.js";
import { createEventSink, takeAnswer } from "./event-sink.js";
import { askHuman, takeHuman } from "./human-wish.js";
import { Opening } from "./opening.js";
import { Outbox } from "./outbox.js";
import { createRateAnswer, type RateAnswer } from "./rate-answer.js";
import { noteSaid, takeTimes } from "./session-time.js";
import { tellRead } from "./tell-read.js";
import { createTellTyping } from "./tell-typing.js";
import { awaitedTurn } from "./transcript.js";

interface ConversationDeps {
  api: Api;
  clock: ServerClock;
  state: ChatState;
  drafts: Drafts;
  /** Resolves when a person can see the page. Link scanners and prerendering must not open sessions. */
  whenVisible(): Promise<void>;
  whenWanted(): Promise<boolean>;
  /** Resolves when a panel has received its host's introduction; immediately on a standalone page. */
  whenIntroduced(): Promise<void>;
  loadEntryCheck: LoadEntryCheck;
}

const OVERDUE_MS = 20_000;
const STALE_MS = 30_000;
const TICK_MS = 5_000;
/** A larger gap between two ticks means that the device has slept, or its clock was set. */
const JUMP_MS = 10_000;

/** Runs the page: opens the link, finds or creates the session, follows its events, sends messages. Lives as long as the page. */
export class Conversation {
  readonly #deps: ConversationDeps;
  readonly #state: ChatState;
  readonly #outbox: Outbox;
  readonly #opening: Opening;
  readonly #ending: Ending;
  readonly rateAnswer: RateAnswer;
  readonly tellTyping: () => void;
  #feed: EventFeed | null = null;
  #attachments: Attachments | null = null;
  /** Monotonic, in milliseconds. */
  #lastEventAt = performance.now();
  /** Wall clock minus monotonic clock at the last tick. */
  #clocksApart = Date.now() - performance.now();

  constructor(deps: ConversationDeps) {
    this.#deps = deps;
    this.#state = deps.state;
    this.rateAnswer = createRateAnswer(deps);
    this.tellTyping = createTellTyping(deps);
    tellRead(deps);
    this.#outbox = new Outbox({
      ...deps,
      onAccepted: (clientId, body) => this.#accepted(clientId, body),
      onGone: (status, code) => this.#ending.gone(status, code),
      onUnknown: (status, code) => this.#ending.askWho(status, code),
    });
    this.#opening = new Opening({
      ...deps,
      vouchedLate: (identity) => void this.identify(identity),
      takeSession: (info) => this.#takeSession(info),
      enter: (entry) => this.#enter(entry),
    });
    this.#ending = new Ending({
      ...deps,
      takeSession: (info) => this.#takeSession(info),
      end: (reason) => this.#end(reason),
      stopFeed: () => this.#feed?.stop(),
      confirmAgain: () => void this.#opening.confirmAgain(),
    });
  }

  start(): void {
    setInterval(() => this.#watch(), TICK_MS);
    effect(() => {
      if (!this.#state.awaiting.value && !this.#state.greetingDue.value) this.#state.thinking.end();
    });
    void this.#opening.open();
  }

  send(content: string, files: readonly AttachedFile[] = []): void {
    this.#state.greetingDue.value = false;
    this.#outbox.send(content, files);
  }

  /** Fetches the code for attaching files; rejects when it is not available now. */
  async attachments(limits: FileLimits): Promise<Attachments> {
    const { createAttachments } = await import("../attachments/attachments.js");
    this.#attachments ??= createAttachments({ api: this.#deps.api, state: this.#state, limits });
    return this.#attachments;
  }

  get files(): FileSource {
    const { api } = this.#deps;
    return { url: (id) => api.fileUrl(id), content: api.isCarried.value ? (id) => api.fileContent(id) : null };
  }

  resend(clientId: string): void {
    this.#outbox.resend(clientId);
  }

  /** Inserts the messages before the first one shown. `prepend` makes the change and may keep the view still. */
  showEarlier(prepend: (change: () => void) => void): void {
    void loadEarlier({ api: this.#deps.api, state: this.#state, prepend });
  }

  /** Asks to stop the answer that is being written. Its end arrives on the stream, like that of any other. */
  stopAnswer(): void {
    // With the turn id, so that a late click does not stop the answer to the next message.
    void this.#deps.api.stop(awaitedTurn(this.#state.transcript.value));
  }

  /** Asks for a human. The request and the human's arrival are reported on the stream too. */
  async askHuman(reason?: string): Promise<void> {
    await askHuman(this.#deps, reason);
  }

  /** Sends the choice of a visitor who waits for a human. False when the server did not accept it. */
  async choose(given: WaitingChoice): Promise<boolean> {
    const answer = await this.#deps.api.choose(given);
    if (answer.type !== "ok") return false;
    this.#takeSession(parseSessionInfo(answer.body));
    if (given.choice === "cancel") this.#state.human.value = { type: "none" };
    return true;
  }

  /** Sends the visitor's rating of the conversation. False when the server did not accept it. */
  async rate(given: Rating): Promise<boolean> {
    return (await this.#deps.api.rate(given)).type === "ok";
  }

  /** Saves the whole conversation as a file; the code for it is loaded on demand. */
  async save(): Promise<boolean> {
    const fetched = await import("./transcript-file.js").catch(() => null);
    return fetched?.saveTranscript(this.#deps) ?? false;
  }

  /** Ends this conversation and opens a fresh one. */
  async renew(): Promise<void> {
    const state = this.#state;
    if (state.renewing.value) return;
    state.renewing.value = true;
    await this.#askWhatIsLeft();
    if (state.another.value === false) {
      state.renewing.value = false;
      return;
    }
    if (!state.ended.value) {
      const answer = await this.#deps.api.endSession();
      const over = answer.type === "refused" && [401, 404, 410].includes(answer.status);
      if (answer.type !== "ok" && !over) {
        state.renewing.value = false;
        return;
      }
    }
    this.#leave();
    await this.#opening.createAfresh();
  }

  /** The site around the panel identifies the visitor: another person's conversation is replaced by theirs. */
  async identify(identity: string): Promise<void> {
    if (!(await this.#opening.identify(identity))) return;
    this.#leave();
    await this.#opening.open();
  }

  /** Forgets the conversation here without ending it, and starts over like a freshly loaded page. */
  async forget(): Promise<void> {
    this.#leave();
    this.#deps.drafts.forgetAll();
    await this.#deps.api.forget();
    this.#state.screen.value = { type: "loading" };
    await this.#opening.open();
  }

  /** Discards the state of the conversation, before another one. */
  #leave(): void {
    this.#feed?.stop();
    this.#outbox.clear();
    resetConversation(this.#state);
  }

  /** The page goes into the back/forward cache. */
  rest(): void {
    this.#feed?.rest();
  }

  /** Something outside changed: network, visibility, or the visitor asked to retry. */
  wake(options?: { reopen: boolean }): void {
    if (["trouble", "busy", "wrongPlace"].includes(this.#state.screen.value.type)) void this.#opening.open();
    this.#feed?.wake(options ?? { reopen: performance.now() - this.#lastEventAt > STALE_MS });
    this.#outbox.pump();
  }

  #enter(entry: { fresh: boolean; after: string | null }): void {
    this.#feed?.stop();
    this.#outbox.restore();
    if (this.#state.ended.value) return;
    const sink = createEventSink({
      state: this.#state,
      clock: this.#deps.clock,
      fresh: entry.fresh,
      takeSession: (info) => this.#takeSession(info),
      end: (reason) => this.#end(reason),
      confirmed: this.#deps.drafts.forgetUnsent,
    });
    this.#feed = new EventFeed({
      api: this.#deps.api,
      onEvent: (event) => {
        this.#lastEventAt = performance.now();
        batch(() => sink(event));
      },
      onState: (next, transport) => {
        this.#state.transport.value = transport;
        this.#state.feed.value = next;
        if (next !== "live" && next !== "polling") return;
        this.#lastEventAt = performance.now();
        this.#outbox.pump();
      },
      onRefused: (status, code) => this.#ending.gone(status, code),
    });
    this.#feed.start(entry.after);
  }

  #takeSession(info: SessionInfo): void {
    const state = this.#state;
    if (info.sessionId) state.sessionId.value = info.sessionId;
    if (info.another !== undefined) state.another.value = info.another;
    if (info.remainingMessages !== null) state.remainingMessages.value = info.remainingMessages;
    takeTimes(state.time, info);
    takeHuman(state, info.human);
    if (info.ended) this.#end(info.endReason);
  }

  #end(reason: string | null): void {
    const state = this.#state;
    batch(() => {
      state.ended.value ??= { reason };
      state.greetingDue.value = false;
      state.held.value = null;
      state.humanTyping.value = false;
      state.thinking.end();
    });
    this.#feed?.stop();
  }

  #accepted(clientId: string, body: unknown): void {
    this.#takeSession({ ...parseSessionInfo(body), ended: false });
    // The first message counts the session: the link may have none left from now on.
    if (this.#state.transcript.value.filter(({ role }) => role === "user").length === 1) void this.#askWhatIsLeft();
    noteSaid(this.#state.time, new Date(this.#deps.clock.nowMs()).toISOString());
    // A plain answer (without a stream at that moment) already holds the reply, which later events then repeat.
    const answer = parseAnswer(body);
    if (answer) takeAnswer(this.#state, clientId, answer);
    if (record(body).session_ended === true) this.#end(null);
    if (this.#state.awaiting.value) this.#state.thinking.begin("thinking");
  }

  /** Whether another conversation can follow this one. */
  async #askWhatIsLeft(): Promise<void> {
    const answer = await this.#deps.api.history();
    const session = answer.type === "ok" ? parseHistory(answer.body).session : null;
    if (session?.another !== undefined) this.#state.another.value = session.another;
  }

  #watch(): void {
    const { awaiting, feed } = this.#state;
    const apart = Date.now() - performance.now();
    const jumped = Math.abs(apart - this.#clocksApart) > JUMP_MS;
    this.#clocksApart = apart;
    // The first event of a new stream carries the current time.
    if (jumped) this.wake({ reopen: true });
    this.#ending.checkTime();
    // A connection can be dead without the browser noticing; reopening costs little.
    const silent = performance.now() - this.#lastEventAt > OVERDUE_MS;
    if (!awaiting.value || !silent || feed.value !== "live") return;
    this.#lastEventAt = performance.now();
    this.#feed?.wake({ reopen: true });
  }
}
