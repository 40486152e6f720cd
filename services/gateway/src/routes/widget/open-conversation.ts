import { AppError, conversationOpened, openConversationBody } from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { requirePlace } from "../../edge/geo-rules.js";
import { requireOrigin } from "../../edge/origin.js";
import { allowListedOrigin } from "../../edge/origin-headers.js";
import { resolveLink } from "../../edge/resolve-link.js";
import { requireSession, takeLinkRate } from "../../edge/visit.js";
import { visitOf } from "../../edge/visitor.js";
import { activeSession } from "../public/create-session.js";
import { openVisitorSession } from "../public/new-session.js";
import { openIdentifiedSession } from "../public/open-identified.js";
import { channelRoute } from "./channel-route.js";

/**
 * Opens a conversation like a session of the public API, with all its checks. A caller whose session is still live
 * gets that one (200) and no quota is used; with the `identity` of another person they get their own. Idempotent by `Idempotency-Key`.
 */
export const openConversationRoute = channelRoute({
  method: "POST",
  path: "/conversations",
  summary: "Open a conversation",
  description:
    "Issues the session token of the channel. As `POST /api/public/sessions/{token}`: the link's entry checks, allowed sites, quotas and rates hold. With the token of a session that is still alive: 200 and that session.",
  config: { opensConversation: true, repeatable: true },
  body: openConversationBody,
  answers: { 201: conversationOpened, 200: conversationOpened },
  handle: async ({ body, request, reply }, context) => {
    await visitLink(context, { request, reply }, body.link);
    const { visit } = request;
    const { identity, ...entry } = body;
    const given = visit.sessionToken;
    const running = await activeSession(context, visit, given);
    if (running !== null && given !== null && identity === undefined) return shown(context, given, running.expires_at);
    await takeLinkRate(context, { request, reply }, null);
    if (identity !== undefined) {
      const access = running === null ? null : requireSession(visit);
      return openKnown(context, { request, reply }, { identity, entry, running: access });
    }
    const created = await openVisitorSession(context, request, entry);
    if (created.sessionToken === null) throw new AppError("internal", { internal: "a session of a link has a token" });
    if (created.replayed) reply.header("idempotent-replayed", "true");
    reply.code(201);
    return shown(context, created.sessionToken, created.expiresAt);
  },
});

/** Opens the conversation of a person identified by the embedding site. Throws `session_ended` when it has just ended. */
async function openKnown(
  context: GatewayContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  asked: Parameters<typeof openIdentifiedSession>[2],
) {
  const { visit } = request;
  const opened = await openIdentifiedSession(context, request, asked);
  const token = opened?.sessionToken ?? visit.sessionToken;
  const session = await activeSession(context, visit, token);
  if (session === null || token === null) throw new AppError("session_ended");
  if (opened !== null && !opened.reused) reply.code(201);
  return shown(context, token, session.expires_at);
}

/** The visit to the link in the body. Throws like a call of the public API. */
async function visitLink(
  context: GatewayContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  link: string,
): Promise<void> {
  const policy = await resolveLink(context, request, link);
  request.visit = visitOf(request, policy, link);
  allowListedOrigin(request, reply, policy);
  await requirePlace(context, request);
  requireOrigin(context, request);
}

async function shown({ visits }: GatewayContext, sessionToken: string, expiresAt: string | null) {
  const { sessionId, userId } = await visits.of(sessionToken);
  return { conversation_id: sessionId, user_id: userId, session_token: sessionToken, expires_at: expiresAt };
}
