import { AppError, type SessionAccess } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { type CookieOptions, hasBody, JSON_TYPES, notFound, requireMediaType, writeCookie } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { guardAddresses } from "./address-limit.js";
import { requirePlace } from "./geo-rules.js";
import { tokenOf } from "./link-token.js";
import { requireOrigin } from "./origin.js";
import { allowListedOrigin, answerPreflight, isPreflight } from "./origin-headers.js";
import { resolveLink } from "./resolve-link.js";
import { type Visit, visitOf, visitorAccess } from "./visitor.js";

export { takeLinkRate } from "./rates.js";

const COOKIE_PATH = "/api/public";

/**
 * Guards the public surface: address limit, link token, media type, place, origin, form of the session token; then the body
 * is parsed. The link's own token is checked first and its restrictions next: they apply to everybody, with a session or without.
 */
export function receiveVisitors(app: HttpApp, context: GatewayContext): void {
  app.decorateRequest("visit");
  app.decorateRequest("suspicion", 0);
  guardAddresses(app, context);
  app.addHook("preParsing", async (request, reply, payload) => {
    const token = tokenOf(request);
    if (isPreflight(request)) {
      const policy = await resolveLink(context, request, token);
      answerPreflight(reply, allowListedOrigin(request, reply, policy));
      return payload;
    }
    if (request.is404) throw notFound(request);
    const policy = await resolveLink(context, request, token);
    // The limits may have set the visit before; the link may have changed since.
    if (request.visit?.policy !== policy) request.visit = visitOf(request, policy, token);
    allowListedOrigin(request, reply, policy);
    if (hasBody(request.headers)) {
      requireMediaType(request.headers["content-type"], request.routeOptions.config.mediaTypes ?? JSON_TYPES);
    }
    await requirePlace(context, request);
    if (request.routeOptions.config.checksOrigin) requireOrigin(context, request);
    requireTokenForm(request);
    return payload;
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

/**
 * Refuses a malformed session token (prefix, shape, checksum) before the body is read. Whether a well-formed one
 * opens a session is decided by the sessions service with the call itself: asking before would cost each message
 * a round trip. For such a token the schema is therefore checked first, as for one in the body. Throws
 * `session_token_invalid`.
 */
function requireTokenForm(request: FastifyRequest): void {
  const { session } = request.routeOptions.config;
  const { visit } = request;
  if (session === "needed" || (session === "optional" && visit.sessionToken !== null)) requireSession(visit);
}

/** Access for calls that need a session. Throws `session_token_invalid` without one. */
export function requireSession(visit: Visit): SessionAccess {
  if (visit.sessionToken === null) throw new AppError("session_token_invalid");
  return visitorAccess(visit, visit.sessionToken);
}

const COOKIE_SECONDS = 2_592_000;
/** As long as the token of a verified person opens their conversation. */
export const VERIFIED_SECONDS = 86_400;

/** Stores the session in a cookie that no script can read and that is sent only to the public API. */
export function rememberSession(
  reply: FastifyReply,
  visit: Visit,
  publicUrl: string,
  sessionToken: string,
  maxAgeSeconds = COOKIE_SECONDS,
): void {
  const options = { ...cookieOptions(visit, publicUrl), maxAgeSeconds };
  reply.header("set-cookie", writeCookie(visit.cookieName, sessionToken, options));
}

/** Stores another value in the visitor's browser for this link, like the session; null deletes it. */
export function keepCookie(
  reply: FastifyReply,
  at: { visit: Visit; publicUrl: string },
  { name, value, maxAgeSeconds }: { name: string; value: string | null; maxAgeSeconds: number },
): void {
  const options = { ...cookieOptions(at.visit, at.publicUrl), maxAgeSeconds: value === null ? 0 : maxAgeSeconds };
  reply.header("set-cookie", writeCookie(name, value ?? "", options));
}

export function forgetSession(reply: FastifyReply, visit: Visit, publicUrl: string): void {
  const options = { ...cookieOptions(visit, publicUrl), maxAgeSeconds: 0 };
  reply.header("set-cookie", writeCookie(visit.cookieName, "", options));
}

/** In a foreign frame a cookie must be secure, which browsers also accept from this machine without https. */
function cookieOptions({ inForeignFrame }: Visit, publicUrl: string): CookieOptions {
  const { protocol, hostname } = new URL(publicUrl);
  const secure = protocol === "https:";
  const partitioned = inForeignFrame && (secure || hostname === "localhost" || hostname === "127.0.0.1");
  return { path: COOKIE_PATH, secure, partitioned };
}
