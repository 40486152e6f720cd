import { call, Emitter, type Listener } from "./emitter.js";
import { type ChatWidgetOptions, type Settings, settingsOf } from "./options.js";
import { Registry } from "./registry.js";
import { served } from "./served.js";
import { Surface } from "./surface.js";

/** The name of a method and its arguments, or a function that gets the widget. */
export type Command = readonly [method: string, ...args: unknown[]] | ((widget: ChatWidget) => void);

/**
 * The chat on a host page. `new ChatWidget(options)` without a link refers to the widget that the page's script tag has created, with these
 * options: so the page has one bubble, whoever configures it.
 */
export class ChatWidget {
  #settings: Settings;
  #surface: Surface;
  #isReady = false;
  readonly #emitter = new Emitter();

  /** The widget with this name; without one, the first of the page. */
  static get(name?: string): ChatWidget | undefined {
    return widgets.get(name);
  }

  /** The widget of a script tag; a tag that runs again, as in pages that swap their body, creates no second one. */
  static start(options: ChatWidgetOptions): ChatWidget {
    return widgets.like(settingsOf(options, served)) ?? new ChatWidget(options);
  }

  constructor(options: ChatWidgetOptions = {}) {
    const known = adopted(options);
    this.#settings = settingsOf(options, served);
    if (known !== undefined) {
      this.#surface = known.#surface;
      known.#configure(options);
      // biome-ignore lint/correctness/noConstructorReturn: `new ChatWidget()` beside the script tag must not make a second bubble.
      return known;
    }
    this.#surface = this.#makeSurface();
    widgets.add(this);
    this.#surface.mount(widgets.before(this));
    queueMicrotask(() => {
      this.#isReady = true;
      this.#emit("ready", {});
    });
  }

  /** True while the conversation receives events live. */
  get isConnected(): boolean {
    return this.#surface.status === "online";
  }

  get isOpen(): boolean {
    return this.#surface.isOpen;
  }

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  /** `opener`: the element of the host page that gets the focus back on close. */
  openChat(options: { focus?: boolean; opener?: Element } = {}): void {
    this.#surface.open(options);
  }

  closeChat(): void {
    this.#surface.close();
  }

  toggle(): void {
    if (this.isOpen) this.closeChat();
    else this.openChat();
  }

  /** Shows the launcher again. */
  show(): void {
    this.#surface.view.box.classList.remove("off");
  }

  /** Closes the panel and hides the launcher; the conversation stays. */
  hide(): void {
    this.closeChat();
    this.#surface.view.box.classList.add("off");
  }

  /** Puts text into the message field where the visitor has written nothing; sends nothing. */
  prefill(text: string): void {
    this.#surface.send({ type: "prefill", text: `${text}` });
  }

  /** Sends a message as the visitor; the panel need not be open. */
  sendMessage(text: string): void {
    this.#surface.send({ type: "send", text: `${text}` });
  }

  newConversation(): void {
    this.#surface.send({ type: "new_conversation" });
  }

  escalateConversation(reason?: string, metadata?: Record<string, unknown>): void {
    this.#surface.send({ type: "escalate", reason, metadata });
  }

  /** Identifies the visitor by a JWT of the embedding site. */
  identify(identity: string): void {
    this.#surface.setIdentity(`${identity}`);
  }

  /** Page data for the agent. The server treats it as untrusted and cuts it to a few kilobytes. */
  setContext(data: Record<string, unknown>): void {
    this.#surface.setContext(data);
  }

  /** Forgets this visitor on this browser, as after a sign-out; the conversation itself does not end. */
  shutdown(): void {
    this.#surface.shutdown();
  }

  /** Removes the widget from the page; the conversation stays. */
  destroy(): void {
    this.#surface.remove();
    widgets.remove(this);
  }

  on(event: string, listener: Listener): this {
    this.#emitter.on(event, listener);
    if (event === "ready" && this.#isReady) queueMicrotask(() => call(listener, {}));
    return this;
  }

  off(event: string, listener?: Listener): this {
    this.#emitter.off(event, listener);
    return this;
  }

  /** Runs commands immediately, as the queue in `window.chatWidget` did before this script had loaded. */
  push(...commands: Command[]): void {
    for (const command of commands) {
      if (typeof command === "function") call(() => command(this), null);
      else call(() => this.#run(command), null);
    }
  }

  #run([method, ...args]: readonly [method: string, ...args: unknown[]]): void {
    // A call of an unknown method is reported as an error of the page.
    (this as unknown as Record<string, (...args: unknown[]) => void>)[method]?.(...args);
  }

  #configure(options: ChatWidgetOptions): void {
    if (Object.keys(options).length === 0) return;
    const wasOpen = this.isOpen;
    this.#settings = settingsOf({ ...this.#settings, ...options }, served);
    this.#surface.remove();
    this.#surface = this.#makeSurface();
    this.#surface.mount(widgets.before(this));
    if (wasOpen) this.openChat({ focus: false });
  }

  #makeSurface(): Surface {
    return new Surface(this.#settings, (event, detail) => this.#emit(event, detail));
  }

  /** Calls the listeners, and dispatches the DOM event `parley:<name>`, which bubbles from the element of the widget. */
  #emit(event: string, detail: Record<string, unknown>): void {
    this.#emitter.emit(event, detail);
    const { target, mode } = this.#settings;
    const from = target instanceof Element && mode !== "inline" ? target : this.#surface.view.host;
    from.dispatchEvent(new CustomEvent(`parley:${event}`, { detail, bubbles: true, composed: true }));
  }
}

const widgets = new Registry<Command, ChatWidget>();

/** The widget that a constructor without link, place and name refers to: the first of the page. */
function adopted({ link, target, mode = "bubble", name }: ChatWidgetOptions): ChatWidget | undefined {
  return link === undefined && target === undefined && name === undefined && mode === "bubble"
    ? widgets.get()
    : undefined;
}
