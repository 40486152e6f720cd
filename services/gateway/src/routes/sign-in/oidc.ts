import { beginOidc, finishOidc, signInOptions } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { keepOidcState, keepSession, oidcState } from "../../edge/callers/session-cookie.js";
import { answers } from "../declare-route.js";
import { browserName } from "./browser-name.js";

const STATE_SECONDS = 600;
const tags = ["sign-in"];
/** A redirect has no body. */
const redirect = z.null().describe("Redirect");

type Context = Pick<GatewayContext, "bus" | "config" | "logger">;

/** Sign-in by an identity provider: the way there, and the way back. */
export function oidcRoutes(app: HttpApp, { bus, config, logger }: Context): void {
  const { PUBLIC_URL: publicUrl } = config;
  const options = {
    summary: "Get the ways to sign in",
    tags,
    response: answers({ 200: z.object({ oidc: z.object({ name: z.string() }).nullable() }) }),
  };
  app.get("/options", { schema: options }, async () => bus.call(signInOptions, {}));

  const begin = { summary: "Sign in with the identity provider", tags, response: answers({ 302: redirect }) };
  app.get("/oidc", { schema: begin }, async (_request, reply) => {
    const { url, state } = await bus.call(beginOidc, {});
    keepOidcState(reply, { publicUrl, value: state, seconds: STATE_SECONDS });
    return reply.header("cache-control", "no-store").redirect(url, 302);
  });

  const back = {
    summary: "Come back from the identity provider",
    description: "Signs the browser in that was sent there, as its cookie shows, and leads to the console.",
    tags,
    response: answers({ 302: redirect }),
  };
  app.get("/oidc/callback", { schema: back }, async (request, reply) => {
    const state = oidcState(request, publicUrl) ?? "";
    const query = request.url.slice(request.url.indexOf("?") + 1);
    keepOidcState(reply, { publicUrl, value: null, seconds: 0 });
    reply.header("cache-control", "no-store");
    try {
      const from = { address: request.clientAddress, requestId: request.id };
      const call = { state, query, agent: browserName(request.headers["user-agent"]), from };
      const opened = await bus.call(finishOidc, call, { requestId: request.id });
      const seconds = Math.max(1, Math.floor((Date.parse(opened.expiresAt) - Date.now()) / 1_000));
      keepSession(reply, { publicUrl, value: opened.token, seconds });
      return reply.redirect(`${publicUrl}/console`, 302);
    } catch (error) {
      logger.info({ err: error, requestId: request.id }, "sign_in.refused");
      // A person stands here, not a program: the console says what happened.
      return reply.redirect(`${publicUrl}/console/sign-in#refused`, 302);
    }
  });
}
