import type { Metrics } from "@parley/observability";
import type { WebSocket } from "ws";
import type { EventSink } from "../streams/event-sink.js";
import type { Frame } from "../streams/frame.js";
import type { Names } from "./channel-message.js";
import { socketFrame } from "./socket-frame.js";

/** Codes with which the server closes sockets (docs/chat-channel.md). */
const CLOSE_CODES = {
  ended: 1000,
  restart: 1012,
  busy: 1013,
  failed: 1011,
  refused: 4401,
  revoked: 4403,
  slow: 4408,
  limited: 4429,
} as const;
export type SocketEnd = keyof typeof CLOSE_CODES;

/** All sockets of this gateway. */
export interface SocketHub {
  open(ws: WebSocket): Socket;
  readonly size: number;
  /** Sends every client elsewhere. */
  closeAll(): void;
}

const PING_MS = 25_000;
const TICK_MS = 1_000;
const MIN_TICKS = 2;
const MAX_AGE_MS = 3_600_000;
/** Characters that may wait for a slow reader, and the level below which it counts as keeping up. */
const MAX_WAITING = 262_144;
const LOW_WATER = 16_384;
/** A client that does not answer the close is cut off, so that nothing waits for it forever. */
const CLOSE_MS = 2_000;

/** Closes a socket properly, and cuts it off when its client does not respond. */
export function closeSocket(ws: WebSocket, why: SocketEnd, reason: string = why): void {
  ws.close(CLOSE_CODES[why], reason);
  const timer = setTimeout(() => ws.terminate(), CLOSE_MS).unref();
  ws.once("close", () => clearTimeout(timer));
}

/**
 * One timer serves all sockets: pings, dead clients, age. A client counts as dead when it has sent nothing for `timeoutMs`, not even
 * a pong; pings are sent early enough for that.
 */
export function createSocketHub({ metrics, timeoutMs }: { metrics: Metrics; timeoutMs: number }): SocketHub {
  const sockets = new Set<Socket>();
  const gauge = metrics.gauge("gateway_sockets", "Open sockets of the widget channel");
  const closed = metrics.counter("gateway_sockets_closed_total", "Sockets of the widget channel that ended, by code", [
    "code",
  ]);
  const pingMs = Math.min(PING_MS, (timeoutMs * 2) / 3);
  let timer: NodeJS.Timeout | undefined;

  const tick = (): void => {
    const now = performance.now();
    for (const socket of sockets) {
      if (socket.isUnanswered) socket.ticksUnanswered += 1;
      // A process that was blocked may read the answers only after this tick.
      if (now - socket.heardAt > timeoutMs && socket.ticksUnanswered >= MIN_TICKS) socket.ws.terminate();
      else if (now - socket.openedAt > MAX_AGE_MS) socket.close("restart");
      else if (now - socket.pingedAt >= pingMs) socket.ping(now);
    }
  };

  return {
    open(ws) {
      const socket = new Socket(ws, (code) => {
        closed.inc({ code: String(code) });
        sockets.delete(socket);
        gauge.set(sockets.size);
        if (sockets.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
      sockets.add(socket);
      gauge.set(sockets.size);
      timer ??= setInterval(tick, Math.min(TICK_MS, pingMs)).unref();
      return socket;
    },
    get size() {
      return sockets.size;
    },
    closeAll() {
      for (const socket of sockets) socket.close("restart");
    },
  };
}

/** One socket as a sink of the feeds. Bounded: a client that does not read what it is sent is cut off. */
export class Socket implements EventSink {
  readonly openedAt = performance.now();
  heardAt = this.openedAt;
  pingedAt = this.openedAt;
  /** Ticks since the last ping without any frame. */
  ticksUnanswered = 0;
  names: Names = { conversationId: "", userId: "" };
  #closed = false;
  #gone = false;
  #onClose: (() => void)[] = [];
  #onTaken: (() => void) | undefined;

  constructor(
    readonly ws: WebSocket,
    onGone: (code: number) => void,
  ) {
    // On an oversized or non-text frame, or a reset, the library closes the socket, and `close` follows.
    ws.removeAllListeners("error");
    ws.on("error", () => undefined);
    ws.on("pong", () => {
      this.heardAt = performance.now();
    });
    ws.once("close", (code) => {
      this.#gone = true;
      onGone(code);
      this.#finish();
    });
  }

  get closed(): boolean {
    return this.#closed || this.#gone;
  }

  get isUnanswered(): boolean {
    return this.pingedAt > this.heardAt;
  }

  get waiting(): boolean {
    return this.ws.bufferedAmount > LOW_WATER;
  }

  pass(frame: Frame): boolean {
    return this.closed ? false : this.write(socketFrame(frame, this.names));
  }

  /** Sends something to this client alone. */
  tell(data: Record<string, unknown>): boolean {
    return this.write(JSON.stringify(data));
  }

  write(text: string): boolean {
    if (this.closed) return false;
    this.ws.send(text, this.#taken);
    if (this.ws.bufferedAmount <= MAX_WAITING) return true;
    this.close("slow");
    return false;
  }

  ping(now: number): void {
    if (!this.isUnanswered) this.ticksUnanswered = 0;
    this.pingedAt = now;
    this.ws.ping();
  }

  async drained(deadlineMs: number): Promise<boolean> {
    if (this.closed || !this.waiting) return !this.closed;
    const taken = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), deadlineMs);
      this.#onTaken = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
    this.#onTaken = undefined;
    return taken && !this.closed;
  }

  close(why: SocketEnd): void {
    if (this.closed) return;
    this.#closed = true;
    closeSocket(this.ws, why);
    this.#finish();
  }

  onClose(fn: () => void): void {
    if (this.closed) fn();
    else this.#onClose.push(fn);
  }

  readonly #taken = (): void => {
    if (!this.waiting) this.#onTaken?.();
  };

  #finish(): void {
    for (const listener of this.#onClose.splice(0)) listener();
    this.#onTaken?.();
  }
}
