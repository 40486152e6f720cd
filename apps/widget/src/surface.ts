import type { HostMessage, PanelMessage } from "@parley/web-kit";
import { followWindow } from "./full-screen.js";
import { createKept, type Kept } from "./kept.js";
import type { Settings } from "./options.js";
import { PanelFrame } from "./panel-frame.js";
import type { RefusalCode } from "./refusal.js";
import { isRightToLeft, spoken, type Texts, textsOf } from "./texts.js";
import { createView, type View } from "./view.js";

export type Emit = (event: string, detail: Record<string, unknown>) => void;

/** How long the panel may take to forget everything before its frame is removed. */
const FORGET_MS = 3_000;
/** Launchers in the same corner are stacked. */
const LIFT_PX = 68;

/** One set of settings on the page: the drawn elements, and the frame behind them. Changed settings need another surface. */
export class Surface {
  readonly view: View;
  readonly #settings: Settings;
  readonly #emit: Emit;
  readonly #texts: Texts;
  readonly #kept: Kept;
  readonly #gone = new AbortController();
  readonly #place: () => void;
  #frame: PanelFrame | null = null;
  #status: string | null = null;
  #context: Record<string, unknown> | null = null;
  #open = false;
  #focusBefore: Element | null = null;
  /** The panel was opened with focus and is not ready yet. */
  #wantsFocus = false;

  constructor(settings: Settings, emit: Emit) {
    const language = spoken([settings.locale, document.documentElement.lang, ...navigator.languages]) ?? "en";
    this.#settings = settings;
    this.#emit = emit;
    this.#texts = textsOf(language);
    this.#kept = createKept(settings.link);
    this.view = createView(settings, this.#texts, isRightToLeft(language), {
      toggle: () => (this.#open ? this.close() : this.open()),
      open: () => this.open(),
      close: () => this.close(),
      intend: () => void this.#prepare(),
      retry: () => this.#retry(),
    });
    const tell = (message: HostMessage): void => this.tell(message);
    this.#place = settings.mode === "bubble" ? followWindow(this.view.box, tell, this.#gone.signal) : () => undefined;
  }

  get status(): string | null {
    return this.#status;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Adds it to the page. `below`: how many launchers are stacked below this one. */
  mount(below: number): void {
    const { mode, target, link, autoOpen, teaser } = this.#settings;
    if (link === "") {
      this.#tellDeveloper("link_missing");
      return;
    }
    const place = typeof target === "string" ? document.querySelector(target) : target;
    if (mode === "inline") (place ?? document.body).append(this.view.host);
    // Beside the body, which some single-page applications replace as a whole.
    else document.documentElement.append(this.view.host);
    this.view.box.style.setProperty("--lift", `${below * LIFT_PX}px`);
    if (mode === "inline") this.#openWhenSeen();
    else if (mode === "page" || autoOpen === true) this.open({ focus: false });
    else if (this.#kept.known()) (window.requestIdleCallback ?? setTimeout)(() => void this.#prepare());
    if (mode === "bubble" && !this.#open) this.view.showTeaser(teaser ?? "");
  }

  open({ focus = true, opener }: { focus?: boolean; opener?: Element } = {}): void {
    if (this.#prepare() === null) return;
    this.#wantsFocus ||= focus;
    if (!this.#open) {
      this.#open = true;
      this.#focusBefore = opener ?? document.activeElement;
      this.view.showTeaser("");
      this.view.showUnread(0);
      this.#showOpen();
      this.#emit("open", {});
    }
    if (this.#isReady) this.#enter();
    else if (focus) this.view.focusNote();
  }

  close(): void {
    if (!this.#open || this.#settings.mode !== "bubble") return;
    const inside = this.view.focused() !== null;
    this.#open = false;
    this.#showOpen();
    this.tell({ type: "close" });
    if (inside) this.#focusBack();
    this.#emit("close", {});
  }

  /** Sends a message to the panel, creating it if needed. */
  send(message: HostMessage): void {
    this.#prepare()?.send(message);
  }

  /** Sends a message to an existing panel; a later one gets it in its introduction. */
  tell(message: HostMessage): void {
    this.#frame?.tell(message);
  }

  setIdentity(identity: string): void {
    this.#settings.identity = identity;
    this.tell({ type: "identify", identity });
  }

  setContext(data: Record<string, unknown>): void {
    this.#context = data;
    this.tell({ type: "context", data });
  }

  shutdown(): void {
    const known = this.#frame !== null || this.#kept.known();
    this.close();
    delete this.#settings.identity;
    this.#context = null;
    this.#kept.keep(null);
    this.view.showUnread(0);
    if (!known) return;
    const frame = this.#prepare();
    frame?.send({ type: "shutdown" });
    setTimeout(() => this.#frame === frame && this.#dropFrame(), FORGET_MS);
  }

  remove(): void {
    this.close();
    this.#dropFrame();
    this.#gone.abort();
    this.view.host.remove();
  }

  /** An inline chat loads when it comes near the visible part of the page. */
  #openWhenSeen(): void {
    const seen = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        seen.disconnect();
        this.open({ focus: false });
      },
      { rootMargin: "200px" },
    );
    seen.observe(this.view.host);
  }

  #dropFrame(): void {
    if (this.#frame === null) return;
    this.#frame.close();
    this.#frame = null;
    this.view.panel.classList.remove("ready");
    this.#hearStatus("offline", null);
  }

  /** Creates the frame if needed; null when there can be none. */
  #prepare(): PanelFrame | null {
    const { backend, link, locale, theme } = this.#settings;
    if (link === "" || this.#gone.signal.aborted || this.#frame !== null) return this.#frame;
    this.view.showNote("");
    this.#frame = new PanelFrame({
      backend,
      link,
      query: { lang: spoken([locale, document.documentElement.lang]), theme },
      title: this.#texts.chat,
      introduction: () => this.#introduction(),
      hear: (message) => this.#hear(message),
      refused: (code) => this.#refused(code),
    });
    this.view.placeFrame(this.#frame.frame);
    return this.#frame;
  }

  #introduction(): HostMessage[] {
    const { identity } = this.#settings;
    const handle = this.#kept.handle();
    return [
      handle !== undefined && ({ type: "resume", handle } as const),
      identity !== undefined && ({ type: "identify", identity } as const),
      this.#context !== null && ({ type: "context", data: this.#context } as const),
    ].filter((message) => message !== false);
  }

  #hear(message: PanelMessage): void {
    const { type, ...detail } = message;
    if (message.type === "ready") this.#showReady();
    else if (message.type === "status") this.#hearStatus(message.status, message.transport);
    else if (message.type === "close_request") this.close();
    else if (message.type === "error") this.#tellDeveloper(message.code, message.message, message.docs);
    else if (message.type === "resume") this.#kept.keep(message.handle);
    else if (message.type === "message") {
      // Picked one by one, so that a member added by a later panel does not reach the host's scripts by accident.
      const { id, sender_type, timestamp, conversation_id } = message;
      this.#kept.mark();
      this.#emit("message", { id, sender_type, timestamp, conversation_id });
    } else {
      if (message.type === "unread" && !this.#open) this.view.showUnread(message.count);
      this.#emit(type, detail);
    }
  }

  #showReady(): void {
    this.view.panel.classList.add("ready");
    this.#place();
    if (this.#open) this.#enter();
  }

  get #isReady(): boolean {
    return this.view.panel.classList.contains("ready");
  }

  /** The visitor sees the panel. It gets the focus first: its page then moves it within. */
  #enter(): void {
    const focus = this.#wantsFocus;
    this.#wantsFocus = false;
    if (focus) this.#frame?.frame.focus();
    this.tell({ type: "open", focus });
  }

  #hearStatus(status: string, transport: string | null): void {
    this.#status = status;
    this.#emit("status", { status, transport });
  }

  #refused(code: RefusalCode): void {
    this.view.showNote(this.#texts.unavailable);
    this.#tellDeveloper(code);
  }

  #tellDeveloper(code: string, message = "no chat", docs?: string): void {
    const page = docs ?? `${this.#settings.backend}/static/demo.html#${code}`;
    console.error(`[chat] ${message} (${code}): ${page}`);
    this.#emit("error", { code, message, docs: page });
  }

  #retry(): void {
    this.#dropFrame();
    this.#prepare();
  }

  #showOpen(): void {
    this.view.showOpen(this.#open);
    this.#place();
  }

  #focusBack(): void {
    const { host, launcher } = this.view;
    const before = this.#focusBefore as HTMLElement | null;
    const returns = before?.isConnected && before !== document.body && before !== host;
    (returns ? before : launcher).focus();
  }
}
