import { randomBytes } from "node:crypto";
import { AppError, askSignIn, askSignInBody, endUserSession, useSignInBody, useSignInLink } from "@parley/contracts";
import { type HttpApp, hasBody, JSON_TYPES, notFound, requireMediaType } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { addressCheck } from "../../edge/address-limit.js";
import { requireOwnSite } from "../../edge/callers/own-site.js";
import { browserCookie, keepBrowser, keepSession, sessionCookie } from "../../edge/callers/session-cookie.js";
import { answers } from "../declare-route.js";
import { oidcRoutes, originOf, signInTo } from "./oidc.js";

const BROWSER_SECRET = /^[A-Za-z0-9_-]{22}$/;
const tags = ["sign-in"];
const signedIn = z.object({ expires_at: z.string() });

type Context = Pick<GatewayContext, "bus" | "config" | "redis" | "failedAttempts">;

/** Sign-in to the console. Nobody is signed in here yet, so each call is counted by its address. */
export async function registerSignIn(app: HttpApp, context: GatewayContext): Promise<void> {
  const { PUBLIC_URL: publicUrl, RATE_LIMIT_VERIFY_PER_MINUTE: limit } = context.config;
  app.addHook("preParsing", async (request, _reply, payload) => {
    if (request.is404) throw notFound(request);
    const own = { scope: "address", key: `sign-in:${request.clientBucket}`, limit, periodSeconds: 60 };
    const taken = await context.redis.limits.take([addressCheck(context, request), own]);
    if (!taken.allowed)
      throw new AppError("rate_limited", { retryAfterSeconds: taken.retryAfterSeconds, extra: { scope: "address" } });
    if (hasBody(request.headers)) requireMediaType(request.headers["content-type"], JSON_TYPES);
    // A page of another site must not sign a visitor in as somebody else.
    if (request.method === "POST") requireOwnSite(request, publicUrl);
    return payload;
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  askRoute(app, context);
  useRoute(app, context);
  endRoute(app, context);
  oidcRoutes(app, context);
}

/**
 * Requests a link by mail. Does not reveal whether the address is known. The link works only in this browser, identified by its cookie.
 * Not idempotent: each call sends another mail, five in fifteen minutes.
 */
function askRoute(app: HttpApp, { bus, config }: Context): void {
  const schema = {
    summary: "Request a sign-in link",
    description:
      "The same answer for every address. The link is valid for fifteen minutes, once, and only in the browser that asked, which a cookie shows. Needs the header `X-Parley-Console`.",
    tags,
    body: askSignInBody,
    response: answers({ 202: z.object({ expires_in_seconds: z.int() }) }),
  };
  app.post("/links", { schema }, async (request, reply) => {
    const held = browserCookie(request, config.PUBLIC_URL);
    const browser = held !== undefined && BROWSER_SECRET.test(held) ? held : randomBytes(16).toString("base64url");
    const asked = { email: request.body.email, browser, languages: acceptedLanguages(request) };
    const { expiresInSeconds: seconds } = await bus.call(askSignIn, asked, { requestId: request.id });
    keepBrowser(reply, { publicUrl: config.PUBLIC_URL, value: browser, seconds });
    return reply.code(202).send({ expires_in_seconds: seconds });
  });
}

/** Consumes a link and signs this browser in. Idempotency key: the link; a second use is `sign_in_link_invalid`. */
function useRoute(app: HttpApp, { bus, config, failedAttempts }: Context): void {
  const schema = {
    summary: "Sign in with a link",
    description:
      "Sets the cookie of the session: no script can read it, no other site sends it. Programs that open links of mails use nothing up, since the word is in no address that a server gets. Needs the header `X-Parley-Console`.",
    tags,
    body: useSignInBody,
    response: answers({ 201: signedIn }),
  };
  app.post("/sessions", { schema }, async (request, reply) => {
    const publicUrl = config.PUBLIC_URL;
    const browser = browserCookie(request, publicUrl) ?? null;
    const call = { token: request.body.token, browser, ...originOf(request) };
    const opened = await bus
      .call(useSignInLink, call, { requestId: request.id })
      .catch((error: unknown) => refused(error, request, failedAttempts));
    signInTo(reply, publicUrl, opened);
    keepBrowser(reply, { publicUrl, value: null, seconds: 0 });
    return reply.code(201).send({ expires_at: opened.expiresAt });
  });
}

/** Signs this browser out. Idempotent by state: without a live session it only deletes the cookie. */
function endRoute(app: HttpApp, { bus, config }: Context): void {
  const schema = {
    summary: "Sign out",
    description:
      "Ends the session of this browser on every gateway and forgets its cookie. Needs the header `X-Parley-Console`.",
    tags,
    response: answers({ 200: z.object({ signed_out: z.literal(true) }) }),
  };
  app.post("/end", { schema }, async (request, reply) => {
    const token = sessionCookie(request, config.PUBLIC_URL);
    if (token !== undefined && token.length <= 128) await bus.call(endUserSession, { token });
    keepSession(reply, { publicUrl: config.PUBLIC_URL, value: null, seconds: 0 });
    return { signed_out: true as const };
  });
}

/** Counts a wrong link like a wrong token. */
function refused(error: unknown, request: FastifyRequest, failed: Context["failedAttempts"]): never {
  if (error instanceof AppError && error.code === "sign_in_link_invalid") {
    const { retryAfterSeconds } = failed.count(request.clientBucket);
    if (retryAfterSeconds !== undefined)
      throw new AppError("rate_limited", { retryAfterSeconds: Math.max(1, retryAfterSeconds) });
  }
  throw error;
}
