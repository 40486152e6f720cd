import { AppError, type LiveEntry, type SessionAccess, type TurnResult, type TurnState } from "@parley/contracts";
import { type SseStream, toAppError, toProblem } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import type { Audience } from "../streams/audience.js";
import { DeltaFilter, inFlight, SettledTurns, wireDelta } from "../streams/delta-merge.js";
import { failedTurn } from "./failed-turn.js";

export interface StreamedTurn {
  access: SessionAccess;
  sessionId: string;
  turn: TurnState;
  audience: Audience;
  /** The JSON of the plain answer; it becomes the last event. */
  answer(result: TurnResult): Record<string, unknown>;
}

/**
 * Answers one accepted turn as a separate stream: `status` and `message.delta` while it runs, `message` per part, then
 * `turn` with the JSON of the plain answer, or `error` with the problem. The turn continues when the reader leaves.
 */
export async function streamTurn(
  context: GatewayContext,
  call: { request: FastifyRequest; reply: FastifyReply },
  streamed: StreamedTurn,
): Promise<FastifyReply> {
  const { access, sessionId, turn, audience } = streamed;
  const sse = call.request.server.sse.open(call.reply);
  const filter = new DeltaFilter();
  const timeoutMs = context.config.CHAT_TURN_TIMEOUT_SECONDS * 1_000;
  const ended = context.waiter.wait({ access, turn, timeoutMs, whenGone: (tell) => sse.onClose(tell) });
  // In parallel to the wait: an answer that is ready at once does not wait for Redis, and without Redis it is sent as a whole.
  const leave = relay(context, sse, { sessionId, turnId: turn.turn_id, filter });
  try {
    const outcome = await ended;
    leave();
    if (outcome.status === "failed") throw failedTurn(outcome.code, {});
    for (const [part, { content, node_id, node_name }] of outcome.result.messages.entries()) {
      // If an answer was ready at once, or the end of its text came with the commit, the deltas still add up to the whole text.
      const rest = filter.rest(turn.turn_id, part, content);
      if (rest !== null) sse.send({ event: "message.delta", data: wireDelta(rest) });
      const place = audience === "api" ? { node_id, node_name } : {};
      const data = { type: "message", turn_id: turn.turn_id, role: "assistant", part, content, ...place };
      sse.send({ event: "message", data });
    }
    sse.send({ event: "turn", data: { type: "turn", ...streamed.answer(outcome.result) } });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === "internal")
      context.logger.error({ err: thrown, requestId: call.request.id }, "turn.stream_failed");
    const { code, retryAfterSeconds } = error;
    const waiting = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const problem = toProblem(new AppError(code, { extra: { turn_id: turn.turn_id }, ...waiting }), call.request.id);
    sse.send({ event: "error", data: { ...problem, type: "error" } });
  } finally {
    leave();
    sse.close();
  }
  return call.reply;
}

/** Passes on the live entries of one turn, including those from before this reader joined. The returned function ends that. */
function relay(
  { redis: { live }, logger }: GatewayContext,
  sse: SseStream,
  { sessionId, turnId, filter }: { sessionId: string; turnId: string; filter: DeltaFilter },
): () => void {
  let held: LiveEntry[] | null = [];
  let over = false;
  const pass = (entry: LiveEntry): void => {
    if (over || (entry.type !== "delta" && entry.type !== "status") || entry.turn_id !== turnId) return;
    if (held !== null) {
      held.push(entry);
    } else if (entry.type === "status") {
      sse.send({ event: "status", data: { type: "status", turn_id: turnId, label: entry.label } });
    } else {
      const fresh = filter.take(entry);
      if (fresh !== null) sse.send({ event: "message.delta", data: wireDelta(fresh) });
    }
  };
  const subscribed = live.subscribe(sessionId, pass);
  void subscribed
    .then(() => live.recent(sessionId))
    .then((recent) => {
      const waiting = held ?? [];
      held = null;
      for (const entry of [...inFlight(recent, new SettledTurns()), ...waiting]) pass(entry);
    })
    .catch((error: unknown) => logger.warn({ err: error, sessionId }, "turn.stream_failed"));
  return () => {
    over = true;
    void subscribed.then((unsubscribe) => unsubscribe());
  };
}
