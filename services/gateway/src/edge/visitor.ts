import { AppError, type LinkPolicy, type SessionAccess } from "@parley/contracts";
import { readCookie } from "@parley/http";
import { parseToken } from "@parley/secrets";
import type { FastifyRequest } from "fastify";

/** Sent by the chat page about itself. No other site can send it: preflights do not allow this header. */
const FRAME_HEADER = "x-parley-frame";

/** A visit to a link that exists and may be used. */
export interface Visit {
  policy: LinkPolicy;
  /** From the header or the cookie; null without one. Not verified yet: the sessions service does that with each call. */
  sessionToken: string | null;
  fromCookie: boolean;
  cookieName: string;
  /** The chat page is in a frame of another site, where browsers accept no ordinary cookie. */
  inForeignFrame: boolean;
}

declare module "fastify" {
  interface FastifyRequest {
    visit: Visit;
  }
  interface FastifyContextConfig {
    /** The link's list of origins is enforced. */
    checksOrigin?: boolean;
    /** The call is about the visitor's session: `needed`, or `optional` where one may begin with it. */
    session?: "needed" | "optional";
  }
}

/** The visit of a request to a link. */
export function visitOf(request: FastifyRequest, policy: LinkPolicy, token: string): Visit {
  // Named by the link's public half: links in one browser do not overwrite each other's sessions.
  const cookieName = `parley_session_${parseToken("link", token)?.id ?? ""}`;
  const inForeignFrame = policy.allowedDomains.length > 0 && request.headers[FRAME_HEADER] === "cross-site";
  const about = { policy, cookieName, inForeignFrame };
  // Malformed tokens are kept, so that they are refused: without a token a new session would be opened silently.
  const bearer = /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return { ...about, sessionToken: bearer, fromCookie: false };
  const cookie = readCookie(request.headers.cookie, cookieName) ?? null;
  return { ...about, sessionToken: cookie, fromCookie: cookie !== null };
}

/** Access to the visitor's session. Throws `session_token_invalid` for a malformed token. */
export function visitorAccess({ policy }: Visit, sessionToken: string): SessionAccess {
  const parsed = parseToken("session", sessionToken);
  if (parsed === null) throw new AppError("session_token_invalid");
  return { type: "visitor", tenantId: policy.tenantId, linkId: policy.id, tokenId: parsed.id, secret: parsed.secret };
}
