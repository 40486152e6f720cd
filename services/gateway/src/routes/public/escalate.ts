import { escalateSession, feedbackText } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const asked = z.object({ escalation_id: z.uuid(), status: z.enum(["open", "assigned"]) });

/** The visitor asks for a human. Idempotent by state: a second request joins the first. */
export function escalateVisitRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Ask for a human",
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
