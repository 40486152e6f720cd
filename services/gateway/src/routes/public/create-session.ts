import { AppError, getSession, publicSessionBody, type SessionView, sessionOpened } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import type { Entry } from "../../edge/entry.js";
import { rememberSession, requireSession, takeLinkRate, VERIFIED_SECONDS } from "../../edge/visit.js";
import { type Visit, visitorAccess } from "../../edge/visitor.js";
import { wireSession } from "../../streams/audience.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";
import { type NewSession, openVisitorSession } from "./new-session.js";
import { openIdentifiedSession } from "./open-identified.js";

/**
 * Opens a session. A visitor whose session is still live gets that one (200) and no quota is used: a reload or a second
 * tab is not a new session. With the `identity` of a person other than the session's they get their own. Idempotent by
 * `Idempotency-Key`.
 */
export function createVisitorSessionRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Open a session",
    tags: ["public"],
    params: tokenParams,
    body: publicSessionBody.default({}),
    response: answers({ 200: sessionOpened, 201: sessionOpened }),
  };
  app.post("/sessions/:token", { schema, config: { checksOrigin: true } }, async (request, reply) => {
    const { identity, ...entry } = request.body;
    if (identity !== undefined) return openKnown(context, { request, reply }, { identity, entry });
    const { visit } = request;
    const running = await activeSession(context, visit, visit.sessionToken);
    if (running !== null) return reply.send(answerOf(running, null));
    await takeLinkRate(context, { request, reply }, null);
    const created = await openVisitorSession(context, request, entry);
    if (created.sessionToken !== null) rememberSession(reply, visit, context.config.PUBLIC_URL, created.sessionToken);
    if (created.replayed) reply.header("idempotent-replayed", "true");
    return reply.code(201).send({
      session_token: created.sessionToken,
      session_id: created.sessionId,
      expires_at: created.expiresAt,
      remaining_messages: created.remainingMessages,
      session: freshSession(created),
    });
  });
}

/** Opens the conversation of a person identified by the embedding site, whoever used this browser before. */
async function openKnown(
  context: GatewayContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { identity, entry }: { identity: string; entry: Entry },
): Promise<FastifyReply> {
  const { visit } = request;
  await takeLinkRate(context, { request, reply }, null);
  const running = await activeSession(context, visit, visit.sessionToken);
  const access = running === null ? null : requireSession(visit);
  const opened = await openIdentifiedSession(context, request, { identity, entry, running: access });
  if (opened === null) return reply.send(answerOf(running, null));
  const { sessionToken } = opened;
  rememberSession(reply, visit, context.config.PUBLIC_URL, sessionToken, VERIFIED_SECONDS);
  const session = await activeSession(context, visit, sessionToken);
  return reply.code(opened.reused ? 200 : 201).send(answerOf(session, sessionToken));
}

/** Throws `session_ended` when it has just ended. */
function answerOf(session: SessionView | null, sessionToken: string | null): z.input<typeof sessionOpened> {
  if (session === null) throw new AppError("session_ended");
  const { session_id, expires_at, remaining_messages } = session;
  const seen = wireSession(session, "visitor");
  return { session_token: sessionToken, session_id, expires_at, remaining_messages, session: seen };
}

/** The session of a token, while it is live. */
export async function activeSession(
  { bus }: GatewayContext,
  visit: Visit,
  token: string | null,
): Promise<SessionView | null> {
  if (token === null) return null;
  try {
    const { session } = await bus.call(getSession, { access: visitorAccess(visit, token) });
    return session.status === "active" ? session : null;
  } catch (error) {
    // A token that is no longer valid must not prevent a new session.
    if (error instanceof AppError && [401, 404, 410].includes(error.status)) return null;
    throw error;
  }
}

const freshSession = (created: NewSession): Record<string, unknown> => ({
  session_id: created.sessionId,
  status: "active",
  created_at: created.createdAt,
  ended_at: null,
  end_reason: null,
  expires_at: created.expiresAt,
  remaining_messages: created.remainingMessages,
  message_count: 0,
});
