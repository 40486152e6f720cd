import { AppError, getSession, publicSessionBody, type SessionView, sessionOpened } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { rememberSession, takeLinkRate } from "../../edge/visit.js";
import { type Visit, visitorAccess } from "../../edge/visitor.js";
import { wireSession } from "../../streams/audience.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";
import { type NewSession, openVisitorSession } from "./new-session.js";

/**
 * Opens a session. A visitor whose session is still alive gets that one (200) and no quota is used: a reload or a second
 * tab is no new session. Idempotent by `Idempotency-Key`.
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
    const { visit } = request;
    const running = await runningSession(context, visit);
    if (running !== null) {
      const { session_id, expires_at, remaining_messages } = running;
      const session = wireSession(running, "visitor");
      return reply.send({ session_token: null, session_id, expires_at, remaining_messages, session });
    }
    await takeLinkRate(context, { request, reply }, null);
    const created = await openVisitorSession(context, request, request.body);
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

async function runningSession({ bus }: GatewayContext, visit: Visit): Promise<SessionView | null> {
  if (visit.sessionToken === null) return null;
  try {
    const { session } = await bus.call(getSession, { access: visitorAccess(visit, visit.sessionToken) });
    return session.status === "active" ? session : null;
  } catch (error) {
    // A token that no longer opens anything is no reason to refuse a new beginning.
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
