import { randomId, record } from "@parley/web-kit";
import { batch } from "@preact/signals";
import type { Answer, Api, Entry, Refusal } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import { type LinkInfo, parseLinkInfo } from "../net/link-info.js";
import { parseHistory, parseSessionInfo, type SessionInfo } from "../net/session-info.js";
import type { ChatState, EntryCheck, LoadEntryCheck, Screen } from "./chat-state.js";
import type { Drafts } from "./drafts.js";
import { finalScreen, isEntryRefusal, needsEntryCheck, passingScreen } from "./refusals.js";
import { mergeMessage } from "./transcript.js";

interface OpeningDeps {
  api: Api;
  state: ChatState;
  drafts: Drafts;
  whenVisible(): Promise<void>;
  /**
   * Resolves when the visitor wants a conversation: immediately on a standalone page, in a panel when it is first opened. True: a session
   * was resumed meanwhile.
   */
  whenWanted(): Promise<boolean>;
  /** Resolves when a panel has received its host's introduction; immediately on a standalone page. */
  whenIntroduced(): Promise<void>;
  loadEntryCheck: LoadEntryCheck;
  /** The visitor's identity became known after a session existed. */
  vouchedLate(identity: string): void;
  takeSession(info: SessionInfo): void;
  /** A session exists. `fresh`: created by this visit; `after`: the event its history reaches to. */
  enter(entry: { fresh: boolean; after: string | null }): void;
}

const GREETING_WAIT_MS = 8_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/** The way from a link to a session: link, history of this browser's session, or a new session. Retries while the server is away. */
export class Opening {
  readonly #deps: OpeningDeps;
  readonly #state: ChatState;
  #failures = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Kept while the visitor is entering: what was given is not asked for again after a failure in between. */
  #entryCheck: EntryCheck | null = null;
  /** What passed the entry check, for the next conversation of this page. */
  #entry: Entry = {};
  /**
   * The visitor's identity from the site around the panel; null = none, or it was used. It opens one conversation: only the caller who used
   * it, recognised by the key, opens the same conversation again after a lost answer.
   */
  #identity: { token: string; key: string } | null = null;

  constructor(deps: OpeningDeps) {
    this.#deps = deps;
    this.#state = deps.state;
  }

  /** Opens the link; while a call is in progress, further ones do nothing. */
  async open(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      await this.#open();
    } finally {
      this.#running = false;
      // An identity that arrived while the session of this browser was looked up, which may be another person's.
      if (this.#identity !== null && this.#state.sessionId.value !== null) this.#deps.vouchedLate(this.#identity.token);
    }
  }

  /** A new session although this browser had one. */
  async createAfresh(): Promise<void> {
    this.#deps.drafts.forgetCreation();
    await this.#enter();
  }

  /**
   * The site around the panel identifies the visitor. Before a session exists, the identity goes with its opening; later the server says
   * whether the conversation is theirs, or opens theirs. True: this browser has another session now.
   */
  async identify(identity: string): Promise<boolean> {
    if (this.#identity?.token !== identity) this.#identity = { token: identity, key: randomId() };
    const before = this.#state.sessionId.value;
    if (before === null || this.#running) return false;
    const answer = await this.#ask(this.#entry);
    this.#told(answer);
    if (answer.type === "ok") return parseSessionInfo(answer.body).sessionId !== before;
    // Whatever this person must do before their conversation opens is asked on the entry page.
    if (isEntryRefusal(answer, this.#entry)) return true;
    if (this.#identity !== null && finalScreen(answer) === null) this.#later(() => this.#deps.vouchedLate(identity), 0);
    return false;
  }

  #ask(entry: Entry): Promise<Answer> {
    const { api, drafts } = this.#deps;
    if (this.#identity === null) return api.createSession(drafts.creationKey(randomId), entry);
    return api.createSession(this.#identity.key, { ...entry, identity: this.#identity.token });
  }

  /** An identity can be used once, and a refused one makes the visitor a guest. True: it was refused. */
  #told(answer: Answer): boolean {
    const refused = answer.type === "refused" && answer.code.startsWith("identity_");
    if (refused) this.#state.unrecognised.value = answer.code;
    else if (answer.type === "ok" && this.#identity !== null) this.#state.unrecognised.value = null;
    if (refused || answer.type === "ok") this.#identity = null;
    return refused;
  }

  /** The session's proof has expired during the conversation: the address is confirmed again, beside it. */
  async confirmAgain(): Promise<void> {
    const link = this.#state.link.value;
    if (!link || this.#state.again.value) return;
    this.#state.again.value = "coming";
    const entryCheck = await this.#makeEntryCheck(link, { again: true });
    this.#state.again.value = entryCheck;
    if (!entryCheck) this.#refuse({ type: "unreachable" });
  }

  async #open(): Promise<void> {
    const answer = await this.#deps.api.link();
    const full = answer.type === "refused" && answer.code === "sessions_exhausted";
    if (answer.type !== "ok" && !full) return this.#refuse(answer);
    const link = parseLinkInfo(answer.type === "ok" ? answer.body : null);
    if (answer.type === "ok") this.#state.link.value = link;
    if (link.expired) return this.#show({ type: "expired" });
    // The visitor's identity decides whether they may see what this browser holds.
    await this.#deps.whenIntroduced();
    if (await this.#resume()) return;
    while (await this.#deps.whenWanted()) if (await this.#resume()) return;
    // A full link still serves those who already have a conversation.
    if (full || link.full) return this.#show({ type: "full" });
    if (link.unavailable) return this.#tryLater({ type: "unavailable" }, 0);
    // A visitor with a host identity may need no step; the server names any that are missing.
    if (this.#entryCheck || (needsEntryCheck(link) && this.#identity === null)) return this.#toEntryCheck(null);
    await this.#enter();
  }

  async #enter(): Promise<void> {
    const entry = this.#entry;
    const refusal = await this.#create(entry);
    if (!refusal) return;
    if (isEntryRefusal(refusal, entry)) await this.#toEntryCheck(refusal);
    else this.#refuse(refusal);
  }

  /** Shows the entry check of the link; `refusal` says which step is missing. */
  async #toEntryCheck(refusal: Refusal | null): Promise<void> {
    this.#entryCheck ??= await this.#makeEntryCheck(this.#state.link.value ?? parseLinkInfo(null), { again: false });
    const entryCheck = this.#entryCheck;
    if (!entryCheck) return this.#refuse({ type: "unreachable" });
    if (refusal && !entryCheck.refused(refusal)) return this.#refuse(refusal);
    this.#show({ type: "entry", entry: entryCheck });
    await entryCheck.start();
  }

  #makeEntryCheck(link: LinkInfo, options: { again: boolean }): Promise<EntryCheck | null> {
    const steps = {
      link,
      create: (entry: Entry) => this.#create(entry),
      confirmed: () => this.#confirmed(),
      refuse: (answer: Refusal) => this.#refuse(answer),
    };
    // The code of the entry check is loaded only here, which fails without a connection.
    return this.#deps.loadEntryCheck(steps, options).catch(() => null);
  }

  async #confirmed(): Promise<void> {
    // The history shows what this browser may continue with; opening the link again would return the same.
    if (!(await this.#resume())) this.#refuse({ type: "unreachable" });
  }

  /** Resumes the session of this browser. False when there is none; true also when that could not be found out. */
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
    if (this.#identity !== null) {
      const whose = await this.#askWhose(session.sessionId);
      if (whose !== "theirs") return whose === "another's" ? this.#resume() : whose === "asked to wait";
    }
    drafts.forgetCreation();
    const before = this.#state.sessionId.value;
    batch(() => {
      // Confirmed with another address, or too late for the old conversation: this is a different one.
      if (before !== null && session.sessionId !== before) this.#state.transcript.value = [];
      this.#state.transcript.value = messages.reduce(mergeMessage, this.#state.transcript.value);
      this.#state.earlierCursor.value = earlier;
      this.#deps.takeSession(session);
      this.#show({ type: "chat" });
    });
    this.#deps.enter({ fresh: false, after: session.cursor });
    return true;
  }

  /**
   * Whether this browser's session belongs to the person whom the site names; nobody else may see any of it. `another's`: their own session
   * is open now; `unopened`: they must complete a step first.
   */
  async #askWhose(session: string | null): Promise<"theirs" | "another's" | "unopened" | "asked to wait"> {
    const answer = await this.#ask(this.#entry);
    if (this.#told(answer)) return "theirs";
    if (answer.type === "ok") return parseSessionInfo(answer.body).sessionId === session ? "theirs" : "another's";
    if (isEntryRefusal(answer, this.#entry)) return "unopened";
    this.#refuse(answer);
    return "asked to wait";
  }

  /** Opens a session; returns the refusal when the server did not. */
  async #create(entry: Entry): Promise<Refusal | null> {
    const { drafts } = this.#deps;
    await this.#deps.whenVisible();
    let answer = await this.#ask(entry);
    if (this.#told(answer)) answer = await this.#ask(entry);
    // A repeat of a call whose answer, and with it the session's cookie, was lost: that session cannot be entered any more.
    const lost = answer.type === "ok" && answer.status === 201 && record(answer.body).session_token === null;
    // The same call with another proof or PIN is another request to the server.
    const changed = answer.type === "refused" && answer.code === "idempotency_key_reused";
    if (lost || changed) {
      drafts.forgetCreation();
      answer = await this.#ask(entry);
    }
    if (answer.type !== "ok") return answer;
    drafts.forgetCreation();
    const { proof: _spent, ...kept } = entry;
    this.#entry = kept;
    this.#failures = 0;
    // 200: this browser has a session already because another tab was faster. Then there is a history.
    if (answer.status === 200 && (await this.#resume())) return null;
    const session = parseSessionInfo(answer.body);
    batch(() => {
      this.#deps.takeSession(session);
      this.#awaitGreeting();
      this.#show({ type: "chat" });
    });
    this.#deps.enter({ fresh: true, after: null });
    return null;
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
      if (screen.type === "chat") {
        this.#entryCheck = null;
        this.#state.again.value = null;
      }
    });
  }

  /** A final refusal is shown; for anything else the page says that it is not working now and retries by itself. */
  #refuse(answer: Refusal): void {
    const screen = finalScreen(answer);
    if (screen) {
      this.#show(screen);
      return;
    }
    const askedMs = answer.type === "refused" ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
    this.#tryLater(passingScreen(answer), askedMs);
  }

  /** Shows what keeps the visitor out for now, and opens the link again after a while. */
  #tryLater(screen: Screen, askedMs: number): void {
    this.#show(screen);
    this.#later(() => void this.open(), askedMs);
  }

  #later(again: () => void, askedMs: number): void {
    this.#failures += 1;
    const pauseMs = Math.max(askedMs, backoffMs(this.#failures, FIRST_PAUSE_MS, LONGEST_PAUSE_MS));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(again, pauseMs);
  }
}
