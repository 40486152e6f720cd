import { getSession, resumeBody, resumeHandle, sessionResumed } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { requireOwnPage } from "../../edge/origin.js";
import { openHandle, sealHandle } from "../../edge/resume-handle.js";
import { forgetSession, rememberSession, requireSession } from "../../edge/visit.js";
import { visitorAccess } from "../../edge/visitor.js";
import { answers, noContent } from "../declare-route.js";
import { tokenParams } from "../params.js";

/**
 * Resumes a conversation where the browser stores nothing for the framed page: its host page stores a sealed handle. All
 * three calls are only for pages of this server and change no server state.
 */
export function resumeRoutes(app: HttpApp, context: GatewayContext): void {
  const { bus, config } = context;
  const about = { tags: ["public"], params: tokenParams };
  const seal = { ...about, summary: "Seal the session into a handle", response: answers({ 200: resumeHandle }) };
  const sealed = { schema: seal, config: { session: "needed" } } as const;
  app.post("/resume-handle/:token", sealed, async (request) => {
    requireOwnPage(context, request);
    const { visit } = request;
    const access = requireSession(visit);
    await bus.call(getSession, { access });
    return sealHandle(context, request, visit.sessionToken ?? "");
  });

  const open = { ...about, summary: "Resume a session", body: resumeBody, response: answers({ 200: sessionResumed }) };
  app.post("/resume/:token", { schema: open }, async (request, reply) => {
    requireOwnPage(context, request);
    const { visit } = request;
    const session_token = openHandle(context, request, request.body.handle);
    // A session that was ended or revoked since is refused here and not with the next call.
    await bus.call(getSession, { access: visitorAccess(visit, session_token) });
    rememberSession(reply, visit, config.PUBLIC_URL, session_token);
    return { session_token };
  });

  const forget = { ...about, summary: "Forget the session in this browser", response: answers({ 204: noContent }) };
  app.delete("/resume/:token", { schema: forget }, async (request, reply) => {
    requireOwnPage(context, request);
    forgetSession(reply, request.visit, config.PUBLIC_URL);
    return reply.code(204).send();
  });
}
