import { list, record, text } from "@parley/web-kit";
import type { EventStream } from "./event-stream.js";
import type { SocketChoice } from "./socket-choice.js";

/** Result of a call, as far as a socket needs it. */
type Called =
  | { type: "ok"; body: unknown }
  | { type: "refused"; status: number; code: string }
  | { type: "unreachable" };

interface SocketDeps {
  /** Requests the ticket for one socket. */
  ticket(): Promise<Called>;
  history(): Promise<Called>;
  /** The newest event already known; null = none. */
  after: string | null;
  choice: SocketChoice;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** A socket that takes longer is blocked by something in between. */
const OPEN_WITHIN_MS = 4_000;
/** The conversation, the user or the site is not allowed for the socket: the plain calls report why. */
const NOT_ALLOWED = 4403;

/** The events of the widget channel (docs/chat-channel.md), presented as an event stream. It never reconnects by itself. */
export class SocketEvents extends EventTarget implements EventStream {
  readonly transport = "websocket";
  readyState = CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  readonly #deps: SocketDeps;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One frame at a time: one of them may have to wait for the history. */
  #frames: Promise<void> = Promise.resolve();

  constructor(deps: SocketDeps) {
    super();
    this.#deps = deps;
    void this.#start();
  }

  close(): void {
    this.readyState = CLOSED;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  async #start(): Promise<void> {
    const { choice } = this.#deps;
    const answer = await this.#deps.ticket();
    if (this.readyState === CLOSED) return;
    const path = answer.type === "ok" ? text(record(answer.body).path) : null;
    if (path !== null) return this.#connect(path);
    if (answer.type === "refused" && answer.status === 404 && answer.code === "not_found") choice.never();
    else if (answer.type !== "unreachable") choice.skipOnce();
    this.#over();
  }

  #connect(path: string): void {
    const address = new URL(path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#deps.after !== null) address.searchParams.set("after", this.#deps.after);
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#over(), OPEN_WITHIN_MS);
    socket.onmessage = ({ data }) => {
      this.#frames = this.#frames.then(() => this.#take(frameOf(data)));
    };
    socket.onclose = ({ code }) => {
      if (code === NOT_ALLOWED) this.#deps.choice.skipOnce();
      this.#over();
    };
  }

  #over(): void {
    if (this.readyState === CLOSED) return;
    if (this.readyState === CONNECTING && this.#socket) this.#deps.choice.failed();
    this.close();
    this.dispatchEvent(new Event("error"));
  }

  async #take(frame: Record<string, unknown>): Promise<void> {
    const type = text(frame.type);
    if (type === null || this.readyState === CLOSED) return;
    if (type === "connected") this.#opened();
    const data = type === "reset" ? await this.#state() : asStreamed(type, frame);
    if (data === null) this.#over();
    else if (this.#isOpen()) {
      const init = { data: JSON.stringify(data), lastEventId: text(frame.event_id) ?? "" };
      this.dispatchEvent(new MessageEvent(type, init));
    }
  }

  #isOpen(): boolean {
    return this.readyState === OPEN;
  }

  #opened(): void {
    clearTimeout(this.#timer);
    this.readyState = OPEN;
    this.#deps.choice.opened();
    this.onopen?.(new Event("open"));
  }

  /** A frame with the whole state has no turns; the history has, and is at least as new. */
  async #state(): Promise<Record<string, unknown> | null> {
    const answer = await this.#deps.history();
    return answer.type === "ok" ? record(answer.body) : null;
  }
}

function frameOf(data: unknown): Record<string, unknown> {
  try {
    return record(JSON.parse(String(data)));
  } catch {
    return {};
  }
}

/** The members of a frame under the names they have on an event stream. */
function asStreamed(type: string, frame: Record<string, unknown>): Record<string, unknown> {
  if (type === "typing") {
    const who = frame.sender_type === "user" ? "visitor" : frame.sender_id;
    return { ...frame, who, active: frame.typing };
  }
  if (type !== "message") return frame;
  const { id: _named, sender_type, timestamp, ...rest } = frame;
  const role = sender_type === "user" ? "user" : "assistant";
  return { ...rest, role, created_at: timestamp, files: list(frame.files) };
}
