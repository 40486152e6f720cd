import { feedbackText, giveFeedback } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const body = z.strictObject({ rating: z.int().min(1).max(5), text: feedbackText });

/** The visitor's rating of the conversation, until 24 hours after its end. Idempotent: a later one replaces it. */
export function giveFeedbackRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Rate the conversation",
    tags: ["public"],
    params: tokenParams,
    body,
    response: answers({ 200: z.object({ success: z.literal(true) }) }),
  };
  app.post("/feedback/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "feedback");
    const { rating, text } = request.body;
    await context.bus.call(giveFeedback, { access, rating, text: text ?? null });
    return { success: true };
  });
}
