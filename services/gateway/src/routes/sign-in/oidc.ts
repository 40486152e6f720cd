import {
  AppError,
  beginOidc,
  chooseOidcTenant,
  chooseTenantBody,
  finishOidc,
  oidcTenants,
  signInOptions,
  signInTenant,
  verifyUserSession,
} from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import {
  choiceCookie,
  keepChoice,
  keepOidcState,
  keepSession,
  oidcState,
  sessionCookie,
} from "../../edge/callers/session-cookie.js";
import { answers } from "../declare-route.js";
import { browserName } from "./browser-name.js";

const STATE_SECONDS = 600;
const tags = ["sign-in"];
/** A redirect has no body. */
const redirect = z.null().describe("Redirect");
/** Longer than anything sealed here. */
const LONGEST = 2_048;

type Context = Pick<GatewayContext, "bus" | "config" | "logger">;

/** The caller, as stored with a session. */
export const originOf = (request: FastifyRequest) => ({
  agent: browserName(request.headers["user-agent"]),
  from: { address: request.clientAddress, requestId: request.id },
});

/** Stores a newly opened session in the browser. */
export function signInTo(reply: FastifyReply, publicUrl: string, opened: { token: string; expiresAt: string }): void {
  const seconds = Math.max(1, Math.floor((Date.parse(opened.expiresAt) - Date.now()) / 1_000));
  keepSession(reply, { publicUrl, value: opened.token, seconds });
}

/** Sign-in by an identity provider: the redirect to it, the callback, and the choice for users with several tenants. */
export function oidcRoutes(app: HttpApp, context: Context): void {
  optionsRoute(app, context);
  providerRoutes(app, context);
  choiceRoutes(app, context);
}

/** The sign-in methods, and whether this browser is signed in, for pages that must not be refused for asking. */
function optionsRoute(app: HttpApp, { bus, config }: Context): void {
  const schema = {
    summary: "Get the sign-in options",
    description: "`signed_in`: whether this browser has a session, as its cookie shows.",
    tags,
    response: answers({ 200: z.object({ oidc: z.object({ name: z.string() }).nullable(), signed_in: z.boolean() }) }),
  };
  app.get("/options", { schema }, async (request) => {
    const token = sessionCookie(request, config.PUBLIC_URL);
    const asked = token !== undefined && token.length <= 128;
    const [options, { principal }] = await Promise.all([
      bus.call(signInOptions, {}),
      asked ? bus.call(verifyUserSession, { token }) : { principal: null },
    ]);
    return { ...options, signed_in: principal !== null };
  });
}

function providerRoutes(app: HttpApp, { bus, config, logger }: Context): void {
  const { PUBLIC_URL: publicUrl } = config;
  const begin = { summary: "Sign in with the identity provider", tags, response: answers({ 302: redirect }) };
  app.get("/oidc", { schema: begin }, async (_request, reply) => {
    const { url, state } = await bus.call(beginOidc, {});
    keepOidcState(reply, { publicUrl, value: state, seconds: STATE_SECONDS });
    return reply.header("cache-control", "no-store").redirect(url, 302);
  });

  const back = {
    summary: "Handle the callback of the identity provider",
    description:
      "Signs in the browser that was sent there, as its cookie shows, and redirects to the console; a user with several tenants chooses one there.",
    tags,
    response: answers({ 302: redirect }),
  };
  app.get("/oidc/callback", { schema: back }, async (request, reply) => {
    const state = oidcState(request, publicUrl) ?? "";
    const query = request.url.slice(request.url.indexOf("?") + 1);
    keepOidcState(reply, { publicUrl, value: null, seconds: 0 });
    reply.header("cache-control", "no-store");
    const page = (at: string) => reply.redirect(`${publicUrl}/console/sign-in#${at}`, 302);
    try {
      const found = await bus.call(finishOidc, { state, query, ...originOf(request) }, { requestId: request.id });
      if ("choice" in found) {
        keepChoice(reply, { publicUrl, value: found.choice, seconds: STATE_SECONDS });
        return page("choose");
      }
      signInTo(reply, publicUrl, found);
      return page("signed-in");
    } catch (error) {
      logger.info({ err: error, requestId: request.id }, "sign_in.refused");
      // The caller is a person, not a program: the console explains what happened.
      return page("refused");
    }
  });
}

/** For users with several tenants whom the provider has identified, as shown by a cookie set with the provider's answer. */
function choiceRoutes(app: HttpApp, { bus, config }: Context): void {
  const { PUBLIC_URL: publicUrl } = config;
  const choiceOf = (request: FastifyRequest): string => {
    const choice = choiceCookie(request, publicUrl);
    if (choice === undefined || choice.length > LONGEST) throw new AppError("sign_in_refused");
    return choice;
  };
  const list = {
    summary: "List the tenants to choose from",
    description: "For a browser that returned from the identity provider with an account of several tenants.",
    tags,
    response: answers({ 200: z.object({ data: z.array(signInTenant) }) }),
  };
  app.get("/oidc/tenants", { schema: list }, async (request) => bus.call(oidcTenants, { choice: choiceOf(request) }));

  const choose = {
    summary: "Choose a tenant",
    description:
      "Signs in to one of the tenants of the account, once, within ten minutes; to change it, sign out and in again. Needs the header `X-Parley-Console`.",
    tags,
    body: chooseTenantBody,
    response: answers({ 201: z.object({ expires_at: z.string() }) }),
  };
  app.post("/oidc/sessions", { schema: choose }, async (request, reply) => {
    const call = { choice: choiceOf(request), tenantId: request.body.tenant_id, ...originOf(request) };
    const opened = await bus.call(chooseOidcTenant, call, { requestId: request.id });
    signInTo(reply, publicUrl, opened);
    keepChoice(reply, { publicUrl, value: null, seconds: 0 });
    return reply.code(201).send({ expires_at: opened.expiresAt });
  });
}
