import { AppError, type LinkPolicy, type SessionAccess } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import {
  hasBody,
  JSON_TYPES,
  notFound,
  rateLimitHeaders,
  readCookie,
  requireMediaType,
  writeCookie,
} from "@parley/http";
import { parseToken } from "@parley/secrets";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../deps.js";
import { requireOrigin } from "./origin.js";

/** A visitor in front of a link that exists and may be used. */
export interface Visit {
  policy: LinkPolicy;
  /** Of the header or the cookie; null without one. Not verified yet: the sessions service does that with each call. */
  sessionToken: string | null;
  fromCookie: boolean;
  cookieName: string;
}

declare module "fastify" {
  interface FastifyRequest {
    visit: Visit;
  }
  interface FastifyContextConfig {
    /** The link's list of origins is enforced. */
    checksOrigin?: boolean;
  }
}

const COOKIE_PATH = "/api/public";
const PERIOD_SECONDS = 60;

/**
 * Guards the public surface: address limit, link token, origin; then the body is parsed.
 */
export function receiveVisitors(app: HttpApp, context: GatewayContext): void {
  app.decorateRequest("visit");
  app.addHook("preParsing", async (request) => {
    await takeAddress(context, request);
    if (request.is404) throw notFound(request);
    const token = tokenOf(request);
    const policy = await context.links.resolve(token);
    request.visit = visitOf(request, policy, token);
    if (hasBody(request.headers)) requireMediaType(request.headers["content-type"], JSON_TYPES);
    if (request.routeOptions.config.checksOrigin) requireOrigin(request, context.config.PUBLIC_URL);
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

function tokenOf(request: FastifyRequest): string {
  const { params } = request;
  const token = typeof params === "object" && params !== null && "token" in params ? params.token : undefined;
  return typeof token === "string" ? token : "";
}

/** What a request brings for a link. */
export function visitOf(request: FastifyRequest, policy: LinkPolicy, token: string): Visit {
  // Named by the link's public half: links in one browser do not overwrite each other's sessions.
  const cookieName = `parley_session_${parseToken("link", token)?.id ?? ""}`;
  const bearer = /^Bearer ([A-Za-z0-9_]{1,128})$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return { policy, sessionToken: bearer, fromCookie: false, cookieName };
  const cookie = readCookie(request.headers.cookie, cookieName) ?? null;
  return { policy, sessionToken: cookie, fromCookie: cookie !== null, cookieName };
}

/** Counts one public call against its client address. Throws `rate_limited`. */
export async function takeAddress({ redis, config }: GatewayContext, request: FastifyRequest): Promise<void> {
  const limit = config.RATE_LIMIT_ADDRESS_PER_MINUTE;
  const key = `public:${request.clientBucket}`;
  const taken = await redis.limits.take([{ scope: "address", key, limit, periodSeconds: PERIOD_SECONDS }]);
  if (!taken.allowed)
    throw new AppError("rate_limited", { retryAfterSeconds: taken.retryAfterSeconds, extra: { scope: "address" } });
}

/**
 * Counts one message or new session against the link's rate: by session where there is one, else by address. Throws
 * `rate_limited`; writes the RateLimit headers either way.
 */
export async function takeLinkRate(
  { redis, secrets }: GatewayContext,
  call: { request: FastifyRequest; reply: FastifyReply },
  sessionToken: string | null,
): Promise<void> {
  const { policy } = call.request.visit;
  const scope = sessionToken === null ? "visitor" : "session";
  const whom = sessionToken === null ? call.request.clientBucket : secrets.keyedHash(sessionToken);
  const limit = policy.rateLimitPerMinute;
  const check = { scope, key: `${policy.id}:${whom}`, limit, periodSeconds: PERIOD_SECONDS };
  const taken = await redis.limits.take([check]);
  const state = { name: scope, limit, windowSeconds: PERIOD_SECONDS };
  if (taken.allowed) {
    call.reply.headers(rateLimitHeaders({ ...state, remaining: taken.remaining }));
    return;
  }
  const { retryAfterSeconds } = taken;
  call.reply.headers(rateLimitHeaders({ ...state, remaining: 0, retryAfterSeconds }));
  throw new AppError("rate_limited", { retryAfterSeconds, extra: { scope } });
}

/** Access to the visitor's session. Throws `session_token_invalid` for a token of another shape. */
export function visitorAccess({ policy }: Visit, sessionToken: string): SessionAccess {
  const parsed = parseToken("session", sessionToken);
  if (parsed === null) throw new AppError("session_token_invalid");
  return { type: "visitor", tenantId: policy.tenantId, linkId: policy.id, tokenId: parsed.id, secret: parsed.secret };
}

/** Access for calls that need a session. Throws `session_token_invalid` without one. */
export function requireSession(visit: Visit): SessionAccess {
  if (visit.sessionToken === null) throw new AppError("session_token_invalid");
  return visitorAccess(visit, visit.sessionToken);
}

const COOKIE_SECONDS = 2_592_000;

/** Keeps the session in a cookie that no script can read and that only the public API receives. */
export function rememberSession(
  reply: FastifyReply,
  visit: Visit,
  publicUrl: string,
  sessionToken: string,
  maxAgeSeconds = COOKIE_SECONDS,
): void {
  const secure = publicUrl.startsWith("https:");
  reply.header("set-cookie", writeCookie(visit.cookieName, sessionToken, { path: COOKIE_PATH, secure, maxAgeSeconds }));
}

export function forgetSession(reply: FastifyReply, visit: Visit, publicUrl: string): void {
  const secure = publicUrl.startsWith("https:");
  reply.header("set-cookie", writeCookie(visit.cookieName, "", { path: COOKIE_PATH, secure, maxAgeSeconds: 0 }));
}
