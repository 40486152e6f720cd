import { AppError, type Principal, type Role, requireRole } from "@parley/contracts";
import {
  explainRefusal,
  type HttpApp,
  hasBody,
  JSON_TYPES,
  notFound,
  rateLimitHeaders,
  requireMediaType,
  verifySignature,
} from "@parley/http";
import { parseToken } from "@parley/secrets";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { roleOn, type Surface } from "./key-scopes.js";
import { requireOwnSite } from "./own-site.js";
import { refuseReplay } from "./refuse-replay.js";
import { sessionCookie } from "./session-cookie.js";

/** A caller whose credentials were verified before any part of the request was parsed. */
interface Caller {
  principal: Principal;
  /** Set for a signed request; null for a token. */
  signed: { signature: string; nonce: string | null } | null;
  /** Scopes of a key that has any; null = the role alone decides. */
  scopes: readonly string[] | null;
  /** Token of a user's session, from the cookie of the console. */
  session?: string;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Least role; default viewer. */
    role?: Role;
    /** Media types of the body; default JSON. */
    mediaTypes?: readonly string[];
  }
}

const READING = new Set(["GET", "HEAD"]);

type Auth = Pick<GatewayContext, "bus" | "clock" | "config" | "credentials" | "failedAttempts">;

interface GuardOptions {
  surface: Surface;
  /** False where other surfaces share the prefix, which then handle unknown addresses. */
  ownsPrefix?: boolean;
  /** Only bearer tokens are accepted; callers without one get this challenge (RFC 9110, 11.6.1). */
  bearerOnly?: string;
}

/**
 * Guards a surface. The order is the same for every caller: authentication (with a limit on failures by address), address
 * and method, media type, role; only then the body is parsed, and a signed request that was received before is refused. On these
 * prefixes nothing about existence is revealed before the credentials are verified.
 */
export function guard(app: HttpApp, auth: Auth, options: GuardOptions): void {
  app.decorateRequest("caller");
  app.addHook("preParsing", async (request, reply) => {
    try {
      if (options.bearerOnly !== undefined) {
        reply.header("www-authenticate", options.bearerOnly);
        request.caller = await identifyHolder(request, auth);
        reply.removeHeader("www-authenticate");
      } else request.caller = await identify(request, auth, options.surface === "management");
      if (options.surface === "management") {
        const about = { address: request.clientAddress, requestId: request.id };
        request.caller = { ...request.caller, principal: { ...request.caller.principal, ...about } };
      }
    } catch (error) {
      throw error instanceof AppError && error.status === 401 ? (failed(auth, request, reply) ?? error) : error;
    }
    if (request.is404) throw notFound(request);
    const { role, mediaTypes = JSON_TYPES } = request.routeOptions.config;
    if (hasBody(request.headers)) requireMediaType(request.headers["content-type"], mediaTypes);
    request.caller = actingOn(options.surface, request.caller, request.method);
    if (role !== undefined) requireRole(request.caller.principal, role);
  });
  app.addHook("preHandler", (request) => refuseReplay(auth, request));
  if (options.ownsPrefix === false) return;
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

/** Counts a failure by its address and shows the remaining ones in the RateLimit headers; an error when there were too many. */
function failed(auth: Auth, request: FastifyRequest, reply: FastifyReply): AppError | null {
  const state = auth.failedAttempts.count(request.clientBucket);
  reply.headers(rateLimitHeaders(state));
  const { retryAfterSeconds } = state;
  return retryAfterSeconds === undefined
    ? null
    : new AppError("rate_limited", { retryAfterSeconds: Math.max(1, retryAfterSeconds) });
}

/** The caller in the role that its scopes give it here. Throws `forbidden` when they give none. */
function actingOn(surface: Surface, caller: Caller, method: string): Caller {
  if (caller.scopes === null) return caller;
  const role = roleOn(surface, caller.scopes, method);
  if (role === null) throw new AppError("forbidden");
  return { ...caller, principal: { ...caller.principal, role } };
}

async function identify(request: FastifyRequest, auth: Auth, tokens: boolean): Promise<Caller> {
  const { authorization, "x-signature": signature } = request.headers;
  if (!tokens || (signature !== undefined && authorization === undefined)) return identifySigned(request, auth);
  const session = authorization === undefined ? sessionCookie(request, auth.config.PUBLIC_URL) : undefined;
  return session === undefined ? identifyHolder(request, auth) : identifyUser(request, auth, session);
}

/** The holder of a management token. */
async function identifyHolder(request: FastifyRequest, auth: Auth): Promise<Caller> {
  const token = /^Bearer ([A-Za-z0-9_]{1,128})$/i.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined || parseToken("api", token) === null) throw misshapenToken(request.headers.authorization);
  const principal = await auth.credentials.tokenPrincipal(token);
  if (principal === null) throw new AppError("invalid_token");
  return { principal, signed: null, scopes: null };
}

/** Describes only the form of the given credentials; does not reveal whether such a token exists. */
function misshapenToken(given: string | undefined): AppError {
  const [rule, message] =
    given === undefined
      ? ["required", "is missing: send `Bearer` and a management token"]
      : ["pattern", "must be `Bearer` and a management token (`ak_…`), whole and unchanged"];
  return new AppError("invalid_token", { errors: [{ pointer: "header/authorization", rule, message }] });
}

/** A user by the cookie of the console. Identity is checked first: other refusals reveal nothing to unknown callers. */
async function identifyUser(request: FastifyRequest, auth: Auth, session: string): Promise<Caller> {
  const principal = await auth.credentials.sessionPrincipal(session);
  if (principal === null) throw new AppError("invalid_token");
  if (!READING.has(request.method)) requireOwnSite(request, auth.config.PUBLIC_URL);
  return { principal, signed: null, scopes: null, session };
}

async function identifySigned(request: FastifyRequest, { credentials, clock }: Auth): Promise<Caller> {
  if (!credentials.hasDefaultKey && request.headers["x-key-id"] === undefined) throw new AppError("not_configured");
  const verified = await verifySignature(
    { method: request.method, target: request.raw.url ?? "", body: request.rawBody, headers: request.headers },
    {
      resolveKey: (keyId) => credentials.signingKey(keyId),
      claimNonce: (nonce, ttlSeconds) => credentials.claimNonce(nonce, ttlSeconds),
      now: () => Math.floor(clock.now() / 1_000),
    },
  );
  if (verified === null) {
    const errors = explainRefusal(request, Math.floor(clock.now() / 1_000));
    throw new AppError("invalid_signature", errors.length === 0 ? {} : { errors });
  }
  const { principal, scopes = null } = verified.key;
  return { principal, signed: { signature: verified.signature, nonce: verified.nonce }, scopes };
}
