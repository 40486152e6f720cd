import { type HostMessage, type PanelMessage, readPanelMessage } from "@parley/web-kit";
import { element } from "./elements.js";
import { askWhyRefused, type RefusalCode } from "./refusal.js";

export interface PanelFrameOptions {
  backend: string;
  link: string;
  /** Query of the page's address, without `frame`. */
  query: Readonly<Record<string, string | undefined>>;
  title: string;
  /** What the panel must know before anything else; sent again after each load of it. */
  introduction(): HostMessage[];
  hear(message: PanelMessage): void;
  refused(code: RefusalCode): void;
}

/** After this silence the server is asked about a frame whose page has loaded. */
const SILENT_MS = 5_000;
/** The same for a frame that has not even loaded. */
const LOAD_MS = 15_000;
/** When the server reports no problem, the frame gets this much longer. */
const PATIENCE_MS = 30_000;
/** Messages that wait for a panel that is not ready yet; more are dropped. */
const MAX_WAITING = 50;

/** The chat page in a frame, and the only channel to it. Only a page of the server's own origin can receive the port. */
export class PanelFrame {
  readonly frame: HTMLIFrameElement;
  readonly #options: PanelFrameOptions;
  #port: MessagePort | null = null;
  #ready = false;
  #closed = false;
  /** 0 = the refusal has been reported. */
  #timer = 0;
  #waiting: HostMessage[] = [];

  constructor(options: PanelFrameOptions) {
    this.#options = options;
    const address = new URL(`/public/chat/${options.link}`, options.backend);
    for (const [key, value] of Object.entries({ frame: "widget", ...options.query }))
      if (value !== undefined) address.searchParams.set(key, value);
    this.frame = element("iframe", { class: "frame", title: options.title, allow: "clipboard-write" });
    this.frame.addEventListener("load", () => this.#connect());
    this.frame.src = address.href;
    this.#after(LOAD_MS, () => void this.#ask());
  }

  /** Sends a message to the panel, once it listens. */
  send(message: HostMessage): void {
    if (this.#ready) this.#port?.postMessage(message);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(message);
  }

  /** Sends a message that the introduction would repeat: it is not queued. */
  tell(message: HostMessage): void {
    this.#port?.postMessage(message);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#port?.close();
    this.#port = null;
    this.#ready = false;
    this.frame.remove();
  }

  /** Each document that loads in the frame gets a channel of its own; the previous one ends with its document. */
  #connect(): void {
    if (this.#closed) return;
    this.#port?.close();
    this.#ready = false;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#heard(data);
    const hello = { parley: 1, type: "connect", origin: location.origin };
    this.frame.contentWindow?.postMessage(hello, this.#options.backend, [port2]);
    for (const message of this.#options.introduction()) port1.postMessage(message);
    // A browser reloads a failed page by itself, repeatedly: a refusal is reported and asked about once.
    if (this.#timer) this.#after(SILENT_MS, () => void this.#ask());
  }

  #heard(data: unknown): void {
    const message = readPanelMessage(data);
    if (message === null) return;
    this.#options.hear(message);
    if (message.type !== "ready") return;
    clearTimeout(this.#timer);
    this.#ready = true;
    for (const waited of this.#waiting.splice(0)) this.send(waited);
  }

  #after(ms: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(action, ms);
  }

  async #ask(): Promise<void> {
    const { backend, link } = this.#options;
    const code = await askWhyRefused(backend, link);
    if (this.#ready || this.#closed) return;
    if (code !== null) this.#refuse(code);
    else this.#after(PATIENCE_MS, () => this.#refuse("no_answer"));
  }

  #refuse(code: RefusalCode): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#options.refused(code);
  }
}
