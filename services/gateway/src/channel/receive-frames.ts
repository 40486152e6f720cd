import { AppError, channelFrame, fieldErrors } from "@parley/contracts";
import { parseJsonBody, toAppError } from "@parley/http";
import type { RawData } from "ws";
import type { z } from "zod";
import type { GatewayContext } from "../context.js";
import { addressCheck } from "../edge/address-limit.js";
import { requireOwnName } from "../edge/channel.js";
import { type Limited, takeSocketRate } from "../edge/rates.js";
import { takeSignalRate } from "../edge/signal-rate.js";
import { tellRead, tellTyping } from "../streams/tell-typing.js";
import { type Sender, sendMessage } from "./send.js";
import type { Socket, SocketEnd } from "./socket-hub.js";

/** The sender of frames: what a socket keeps of the request that opened it. */
export interface Caller extends Sender, Limited {
  visit: Sender["visit"];
}

type ChannelFrame = z.output<typeof channelFrame>;

/** Frames that may wait behind the current one; beyond this the socket is not read. */
const MAX_QUEUED = 16;
/** Frames allowed at once, and per second from then on: far more than a person or widget sends. */
const BURST = 100;
const PER_SECOND = 20;
/** Consecutive messages refused for their rate before the client counts as ignoring refusals. */
const MAX_REFUSED = 20;

/** Processes the frames of one socket, one after another in order of arrival. */
export class FrameReceiver {
  #queue: string[] = [];
  #working = false;
  #room = BURST;
  #filledAt = performance.now();
  #refused = 0;

  constructor(
    readonly context: GatewayContext,
    readonly socket: Socket,
    readonly caller: Caller,
  ) {}

  /** Accepts one raw frame. */
  take(data: RawData, isBinary: boolean): void {
    const { socket } = this;
    socket.heardAt = performance.now();
    if (socket.closed) return;
    if (!this.#hasRoom()) {
      socket.close("limited");
      return;
    }
    this.#queue.push(isBinary || !(data instanceof Buffer) ? "" : data.toString("utf8"));
    if (this.#queue.length > MAX_QUEUED) socket.ws.pause();
    if (!this.#working) void this.#work();
  }

  #hasRoom(): boolean {
    const now = performance.now();
    this.#room = Math.min(BURST, this.#room + ((now - this.#filledAt) / 1_000) * PER_SECOND) - 1;
    this.#filledAt = now;
    return this.#room >= 0;
  }

  async #work(): Promise<void> {
    this.#working = true;
    const { socket } = this;
    for (let text = this.#queue.shift(); text !== undefined && !socket.closed; text = this.#queue.shift()) {
      await this.#handle(text);
      if (socket.ws.isPaused && this.#queue.length <= MAX_QUEUED / 2) socket.ws.resume();
    }
    this.#working = false;
  }

  async #handle(text: string): Promise<void> {
    let frame: ChannelFrame | null = null;
    try {
      frame = frameOf(text);
      await this.#do(frame);
      this.#refused = 0;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === "internal")
        this.context.logger.error({ err: error.cause ?? error, internal: error.internal }, "channel.frame_failed");
      this.socket.tell(errorFrame(error, frame));
      const end = endOf(error);
      if (error.code === "rate_limited") this.#refused += 1;
      if (end !== null) this.socket.close(end);
      else if (this.#refused > MAX_REFUSED) this.socket.close("limited");
    }
  }

  async #do(frame: ChannelFrame): Promise<void> {
    const { context, socket, caller } = this;
    const { participant } = caller;
    const { access, sessionToken } = participant;
    switch (frame.type) {
      case "ping":
        return void socket.tell({ type: "pong" });
      case "typing":
        requireOwnName(participant, frame);
        await takeSignalRate(context, access, "typing");
        return tellTyping(context, access, { who: "visitor", active: frame.typing });
      case "read":
        await takeSignalRate(context, access, "read");
        return tellRead(context, access, { who: "visitor", messageId: frame.message_id });
      case "message": {
        requireOwnName(participant, frame);
        // The link may have changed since the handshake.
        caller.visit = { ...caller.visit, policy: (await context.visits.of(sessionToken)).policy };
        await takeSocketRate(context, caller, { sessionToken, first: addressCheck(context, caller) });
        socket.tell({ type: "ack", ...(await sendMessage(context, caller, frame, { idempotency: null })) });
      }
    }
  }
}

/** Throws `malformed_json`, `validation_failed`. */
function frameOf(text: string): ChannelFrame {
  const given = parseJsonBody(Buffer.from(text));
  const typed =
    typeof given === "object" && given !== null && !("type" in given) ? { ...given, type: "message" } : given;
  const parsed = channelFrame.safeParse(typed);
  if (parsed.success) return parsed.data;
  throw new AppError("validation_failed", { errors: fieldErrors(parsed.error, { prefix: "", schema: channelFrame }) });
}

/** An error in the form of a socket frame; `client_message_id` names its message. */
export function errorFrame(error: AppError, frame: ChannelFrame | null = null): Record<string, unknown> {
  const { code, message, errors, retryAfterSeconds } = error;
  const named = frame?.type === "message" ? { client_message_id: frame.client_message_id } : {};
  const waiting = retryAfterSeconds === undefined ? {} : { retry_after: Math.ceil(retryAfterSeconds) };
  return { type: "error", code, message, ...(errors === undefined ? {} : { errors }), ...waiting, ...named };
}

/** How a socket ends after an error that makes it useless; null = it stays open. */
function endOf({ code }: AppError): SocketEnd | null {
  switch (code) {
    case "session_token_invalid":
      return "refused";
    case "link_unavailable":
    case "link_expired":
      return "revoked";
    default:
      return null;
  }
}
