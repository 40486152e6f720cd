import {
  AppError,
  acceptMessage,
  chatAccepted,
  chatAnswered,
  publicChatBody,
  type TurnResult,
} from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import type { Entry } from "../../edge/entry.js";
import { fingerprintOf, givenIdempotencyKey } from "../../edge/idempotency.js";
import { messageLimit, requireLength } from "../../edge/message-length.js";
import { noteSuspicion } from "../../edge/note-suspicion.js";
import { rememberSession, takeLinkRate } from "../../edge/visit.js";
import { visitorAccess } from "../../edge/visitor.js";
import { answerModeOf } from "../../turns/answer-mode.js";
import { awaitTurn } from "../../turns/await-turn.js";
import { type WhenGone, whenGone } from "../../turns/client-aborted.js";
import { streamTurn } from "../../turns/stream-turn.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";
import { leftSession, type NewSession, openAfter, openAgain, openVisitorSession } from "./new-session.js";

/** A template: no answer repeats the token of a link, so the client inserts it. */
const EVENTS_URL = "/api/public/events/{token}";

type Accepted = z.output<typeof acceptMessage.response>;
type Call = { request: FastifyRequest; reply: FastifyReply };

/**
 * Sends a visitor's message; without a session a new anonymous one is opened for it. Idempotent by `client_message_id`
 * within the session and by `Idempotency-Key`.
 */
export function sendVisitorMessageRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Send a message",
    description:
      "Waits for the answer. `Prefer: respond-async` answers 202 at once; `Accept: text/event-stream` streams this turn and ends with a `turn` event that holds the plain answer.",
    tags: ["public"],
    params: tokenParams,
    body: publicChatBody,
    response: answers({ 200: chatAnswered, 202: chatAccepted }),
  };
  app.post(
    "/chat/:token",
    { schema, config: { checksOrigin: true, session: "optional", isMessage: true } },
    async (request, reply) => {
      const { message, client_message_id, session_token, files } = request.body;
      const { policy } = request.visit;
      requireLength(message, messageLimit(context, policy), "/message");
      const given = request.visit.sessionToken ?? session_token ?? null;
      const key = givenIdempotencyKey(request);
      await takeLinkRate(context, { request, reply }, given);
      const gone = whenGone(reply);
      const send = (sessionToken: string): Promise<Accepted> =>
        context.bus.call(
          acceptMessage,
          {
            access: visitorAccess(request.visit, sessionToken),
            content: message,
            clientMessageId: client_message_id ?? null,
            files,
            idempotency: key === null ? null : { key: `visit:${key}`, fingerprint: fingerprintOf(request) },
            replyTo: context.waiter.replyTo,
          },
          { requestId: request.id },
        );
      const call = { request, reply };
      const open = (opening: Opening): Promise<string> => openAndGreet(context, call, { opening, gone });
      const entry = entryOf(request.body);
      let issued = given === null ? await open(() => openVisitorSession(context, request, entry)) : null;
      let accepted: Accepted;
      try {
        accepted = await send(given ?? issued ?? "");
      } catch (error) {
        const again = await beginAgain(context, request, { error, given, entry });
        if (again === null) throw error;
        issued = await open(again);
        accepted = await send(issued);
      }
      if (accepted.replayed) reply.header("idempotent-replayed", "true");
      else noteSuspicion(context.security, request, { message, sessionId: accepted.sessionId });
      return answerTurn(context, call, { accepted, issued, access: issued ?? given ?? "", gone });
    },
  );
}

type Opening = () => Promise<NewSession>;

const entryOf = ({ consent, pin, proof }: Entry): Entry => ({ consent, pin, proof });

/**
 * Starts the conversation after New Conversation; null = the visitor did not leave, so an ended session stays ended. A
 * confirmed address keeps its token as the proof. An anonymous visitor's browser deleted its cookie with the answer to New
 * Conversation: a cookie that still arrives was sent before, and its message belongs to the session that was left. A client that
 * stores its token itself shows by using it again that it continues.
 */
async function beginAgain(
  context: GatewayContext,
  request: FastifyRequest,
  { error, given, entry }: { error: unknown; given: string | null; entry: Entry },
): Promise<Opening | null> {
  const { visit } = request;
  if (!(error instanceof AppError && error.code === "session_ended") || given === null) return null;
  if (visit.policy.requireEmail) {
    if (visit.sessionToken === null) return null;
    return () => openAgain(context, request, { afterLeaving: true, consent: entry.consent });
  }
  const left = visit.fromCookie ? null : await leftSession(context, visit, given);
  return left === null ? null : () => openAfter(context, request, { left, entry });
}

/** Opens a session for a first message and lets the agent speak first: every reader sees the greeting before the message. */
async function openAndGreet(
  context: GatewayContext,
  { request, reply }: Call,
  { opening, gone }: { opening: Opening; gone: WhenGone },
): Promise<string> {
  const created = await opening();
  if (created.sessionToken === null) throw new AppError("session_token_invalid");
  rememberSession(reply, request.visit, context.config.PUBLIC_URL, created.sessionToken);
  const access = visitorAccess(request.visit, created.sessionToken);
  const place = {
    turn_id: created.turnId,
    session_id: created.sessionId,
    events_url: EVENTS_URL,
  };
  await awaitTurn(context, { access, turn: created.turn, whenGone: gone }, place);
  return created.sessionToken;
}

interface TurnToAnswer {
  accepted: Accepted;
  /** Token of a session that was opened for this message. */
  issued: string | null;
  access: string;
  gone: WhenGone;
}

async function answerTurn(context: GatewayContext, call: Call, turn: TurnToAnswer): Promise<FastifyReply> {
  const { accepted, issued, gone } = turn;
  const { request, reply } = call;
  const access = visitorAccess(request.visit, turn.access);
  const about = {
    session_id: accepted.sessionId,
    ...(issued === null ? {} : { session_token: issued }),
    turn_id: accepted.turnId,
    message_count: accepted.messageCount,
    remaining_messages: accepted.remainingMessages,
    expires_at: accepted.expiresAt,
  };
  const answer = (result: TurnResult): Record<string, unknown> => ({
    response: result.response,
    messages: result.messages.map(({ content }) => ({ content })),
    ...about,
    remaining_messages: result.remaining_messages,
    session_ended: result.session_ended,
    finish_reason: result.finish_reason ?? "complete",
  });
  const { sessionId, turn: state, turnId } = accepted;
  switch (answerModeOf(request, {})) {
    case "async":
      return reply
        .code(202)
        .header("preference-applied", "respond-async")
        .send({ ...about, events_url: EVENTS_URL });
    case "stream":
      return streamTurn(context, call, { access, sessionId, turn: state, audience: "visitor", answer });
    case "wait": {
      const place = { turn_id: turnId, session_id: sessionId, events_url: EVENTS_URL };
      return reply.send(answer(await awaitTurn(context, { access, turn: state, whenGone: gone }, place)));
    }
  }
}
