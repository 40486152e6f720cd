import { acceptMessage, sendMessageBody, turnAccepted, turnAnswered } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { markReplay, signedRepeatable } from "../../edge/idempotency.js";
import { requireLength } from "../../edge/message-length.js";
import { answerModeOf } from "../../turns/answer-mode.js";
import { awaitTurn } from "../../turns/await-turn.js";
import { whenGone } from "../../turns/client-aborted.js";
import { streamTurn } from "../../turns/stream-turn.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { eventsUrl, signedAccess, turnUrl } from "./access.js";
import { turnAnswer } from "./turn-answer.js";

const query = z.object({ stream: z.enum(["true", "false"]).optional() });

/**
 * Accepts a message and answers with its turn. Idempotent by `Idempotency-Key`, else by the signature, and by
 * `client_message_id` within the session: a repeat attaches to the turn of the first.
 */
export function sendMessageRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Send a message",
    description:
      "Waits for the answer. `Prefer: respond-async` or `?stream=true` answers 202 at once; `Accept: text/event-stream` streams this turn and ends with a `turn` event that holds the plain answer.",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    querystring: query,
    body: sendMessageBody,
    response: answers({ 200: turnAnswered, 202: turnAccepted }),
  };
  app.post(
    "/sessions/:id/messages",
    { schema, config: { role: "operator", repeatable: true } },
    async (request, reply) => {
      requireLength(request.body.content, context.config.CHAT_MAX_MESSAGE_LENGTH, "/content");
      const { bus, waiter } = context;
      const access = signedAccess(request, request.params.id);
      const gone = whenGone(reply);
      const accepted = await bus.call(
        acceptMessage,
        {
          access,
          content: request.body.content,
          clientMessageId: request.body.client_message_id ?? null,
          ...signedRepeatable(request),
          replyTo: waiter.replyTo,
        },
        { requestId: request.id },
      );
      markReplay(request, reply, accepted.replayed, request.body.client_message_id !== undefined);
      const { sessionId, turnId, turn } = accepted;
      const statusUrl = turnUrl(sessionId, turnId);
      const place = {
        turn_id: turnId,
        events_url: eventsUrl(sessionId),
        status_url: statusUrl,
        session_id: sessionId,
      };
      switch (answerModeOf(request, request.query)) {
        case "async":
          return reply.code(202).headers({ "preference-applied": "respond-async", location: statusUrl }).send(place);
        case "stream":
          return streamTurn(
            context,
            { request, reply },
            { access, sessionId, turn, audience: "api", answer: turnAnswer },
          );
        case "wait":
          return reply.send(turnAnswer(await awaitTurn(context, { access, turn, whenGone: gone }, place)));
      }
    },
  );
}
