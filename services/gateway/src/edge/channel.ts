import { AppError, type SessionAccess } from "@parley/contracts";
import { type HttpApp, hasBody, JSON_TYPES, notFound, requireMediaType } from "@parley/http";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { guardAddresses } from "./address-limit.js";
import { requirePlace } from "./geo-rules.js";
import { requireOrigin } from "./origin.js";
import { allowListedOrigin, answerPreflight, isPreflight } from "./origin-headers.js";
import { visitorAccess } from "./visitor.js";
import type { TokenVisit } from "./visits-by-token.js";

/** The caller: everything a call claims about itself is compared with this. */
export interface Participant extends Pick<TokenVisit, "sessionId" | "userId"> {
  access: SessionAccess;
  sessionToken: string;
}

declare module "fastify" {
  interface FastifyRequest {
    participant: Participant;
  }
  interface FastifyContextConfig {
    /** The call names its link in the body and opens the conversation; it may come without a session token. */
    opensConversation?: boolean;
  }
}

export const bearerOf = (request: FastifyRequest): string | null =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;

/**
 * Guards the widget channel: address limit, session token, place, origin, media type, and that conversation and user in the
 * address are the token's own; then the body is parsed. A conversation that is not the token's looks like a missing one.
 */
export function receiveParticipants(app: HttpApp, context: GatewayContext): void {
  app.decorateRequest("visit");
  app.decorateRequest("participant");
  app.decorateRequest("suspicion", 0);
  guardAddresses(app, context);
  app.addHook("preParsing", async (request, reply, payload) => {
    if (isPreflight(request)) {
      // The link is known only from the token that comes later: which sites may read and send is decided then.
      reply.header("access-control-allow-origin", request.headers.origin);
      answerPreflight(reply, true);
      return payload;
    }
    if (request.is404) throw notFound(request);
    if (hasBody(request.headers)) requireMediaType(request.headers["content-type"], JSON_TYPES);
    if (request.routeOptions.config.opensConversation) return payload;
    const visit = await participate(context, request, bearerOf(request));
    allowListedOrigin(request, reply, visit.policy);
    await requirePlace(context, request);
    requireOrigin(context, request);
    requireOwn(request);
    return payload;
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

/** Reads a session token into the request. Throws `session_token_invalid` and the errors of the link. */
export async function participate(
  { visits }: GatewayContext,
  request: FastifyRequest,
  sessionToken: string | null,
): Promise<TokenVisit> {
  if (sessionToken === null) throw new AppError("session_token_invalid");
  const visit = await visits.of(sessionToken);
  const { policy, sessionId, userId } = visit;
  request.visit = { policy, sessionToken, fromCookie: false, cookieName: "", inForeignFrame: false };
  const access = visitorAccess(request.visit, sessionToken);
  request.participant = { access, sessionToken, sessionId, userId };
  return visit;
}

/** Requires that conversation and user in the address are the token's own. Throws `session_not_found`, `forbidden`. */
export function requireOwn({ params, participant }: FastifyRequest): void {
  const named = typeof params === "object" && params !== null ? params : {};
  if ("conversation_id" in named && named.conversation_id !== participant.sessionId)
    throw new AppError("session_not_found");
  if ("user_id" in named && named.user_id !== participant.userId) throw new AppError("forbidden");
}

/** Visitors may only use their own name. Throws `forbidden`. */
export function requireOwnName(
  { userId }: Pick<Participant, "userId">,
  claimed: { sender_id?: string | undefined; sender_type?: string | undefined },
): void {
  const ownId = claimed.sender_id === undefined || claimed.sender_id === userId;
  if (!ownId || (claimed.sender_type ?? "user") !== "user") throw new AppError("forbidden");
}
