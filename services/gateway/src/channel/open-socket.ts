import type { AppError } from "@parley/contracts";
import { toAppError } from "@parley/http";
import type { FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import type { GatewayContext } from "../context.js";
import { readCursor } from "../streams/cursor.js";
import { admitReader, placeOf, readFrom, type StreamTarget } from "../streams/open-stream.js";
import { type Caller, errorFrame, FrameReceiver } from "./receive-frames.js";
import { closeSocket, type Socket, type SocketEnd, type SocketHub } from "./socket-hub.js";

/**
 * Joins a socket to its conversation. A browser cannot read the answer to a refused handshake, so a refusal is sent on the socket: an
 * `error` and a close code. Frames that the client sends meanwhile wait.
 */
export function openSocket(
  context: GatewayContext,
  hub: SocketHub,
  { ws, request, refusal }: { ws: WebSocket; request: FastifyRequest; refusal: unknown },
): void {
  if (refusal !== null) {
    refuse(ws, toAppError(refusal));
    return;
  }
  const { clientAddress, clientBucket, visit, participant, suspicion } = request;
  // Only this is kept of the request: thousands of idle sockets would otherwise keep thousands of requests.
  const caller: Caller = { clientAddress, clientBucket, visit, participant, suspicion };
  const { after } = request.query as { after?: string };
  const socket = hub.open(ws);
  socket.names = { conversationId: participant.sessionId, userId: participant.userId };
  const receiver = new FrameReceiver(context, socket, caller);
  ws.pause();
  ws.on("message", (data, isBinary) => receiver.take(data, isBinary));
  join(context, socket, { caller, after }).then(
    () => ws.resume(),
    (error: unknown) => {
      ws.resume();
      const refused = toAppError(error);
      socket.tell(errorFrame(refused));
      socket.close(endOf(refused));
    },
  );
}

async function join(
  context: GatewayContext,
  socket: Socket,
  { caller, after }: { caller: Caller; after: string | undefined },
): Promise<void> {
  const { config } = context;
  const { access, userId } = caller.participant;
  const target: StreamTarget = {
    access,
    linkId: caller.visit.policy.id,
    audience: "visitor",
    bucket: caller.clientBucket,
  };
  const place = await placeOf(context, target, readCursor(undefined, after));
  admitReader(context, place.feed.sessionId, target);
  readFrom(context, place, {
    sink: socket,
    target,
    more: {
      conversation_id: place.feed.sessionId,
      user_id: userId,
      reconnect_interval_ms: config.CHAT_RECONNECT_INTERVAL,
      typing_timeout_ms: config.CHAT_TYPING_TIMEOUT,
    },
  });
}

function refuse(ws: WebSocket, error: AppError): void {
  ws.on("error", () => undefined);
  ws.send(JSON.stringify(errorFrame(error)));
  closeSocket(ws, endOf(error), error.code);
}

/** How a refused socket ends. */
function endOf({ status }: AppError): SocketEnd {
  if (status === 401) return "refused";
  if (status === 429) return "limited";
  if (status === 503) return "busy";
  return status >= 500 ? "failed" : "revoked";
}
