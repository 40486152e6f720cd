import { chooseWhileWaiting, escalateSession, feedbackText, visitorSession, waitingChoice } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { wireSession } from "../../streams/audience.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const asked = z.object({ escalation_id: z.uuid(), status: z.enum(["open", "assigned"]) });

/** The visitor requests a human. Idempotent by state: a second request joins the first. */
export function escalateVisitRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Request a human",
    tags: ["public"],
    params: tokenParams,
    body: z.object({ reason: feedbackText }).default({}),
    response: answers({ 200: asked }),
  };
  app.post("/escalate/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "escalate");
    const { reason } = request.body;
    const call = { access, source: "visitor" as const, reason: reason ?? null, metadata: {} };
    const { escalation } = await context.bus.call(escalateSession, call);
    return { escalation_id: escalation.id, status: escalation.status === "assigned" ? "assigned" : "open" } as const;
  });
}

/**
 * The choice of a visitor who waits for a human: continue with the assistant, leave an address for an answer by mail, or cancel the
 * request. Idempotent by state.
 */
export function chooseWhileWaitingRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Choose how to continue while waiting",
    description:
      "`continue`: the agent answers again, and a person may still come. `cancel`: nobody is waited for any more. `email`: a person's answer goes there once the visitor is gone, in the language of `Accept-Language`.",
    tags: ["public"],
    params: tokenParams,
    body: waitingChoice,
    response: answers({ 200: z.object({ session: visitorSession }) }),
  };
  app.post(
    "/escalate/:token/choice",
    { schema, config: { checksOrigin: true, session: "needed" } },
    async (request) => {
      const access = requireSession(request.visit);
      await takeSignalRate(context, access, "escalate");
      const { body } = request;
      const email = body.choice === "email" ? body.email : null;
      const call = { access, choice: body.choice, email, languages: acceptedLanguages(request) ?? [] };
      const { session } = await context.bus.call(chooseWhileWaiting, call);
      return { session: wireSession(session, "visitor") };
    },
  );
}
