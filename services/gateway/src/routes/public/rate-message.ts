import { feedbackText, rateMessage } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const params = tokenParams.extend({
  message_id: z.string().min(1).max(64).describe("The `id` of the history, or `<turn_id>.<part>` of an event"),
});
const body = z.strictObject({ rating: z.enum(["up", "down"]).nullable(), text: feedbackText });

/** The visitor's rating of one answer; null withdraws it. Idempotent by message. */
export function rateMessageRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Rate a reply",
    tags: ["public"],
    params,
    body,
    response: answers({ 200: z.object({ success: z.literal(true), message_id: z.string() }) }),
  };
  app.post(
    "/rate/:token/:message_id",
    { schema, config: { checksOrigin: true, session: "needed" } },
    async (request) => {
      const access = requireSession(request.visit);
      await takeSignalRate(context, access, "rate");
      const { rating, text } = request.body;
      const messageId = request.params.message_id;
      const answer = await context.bus.call(rateMessage, { access, messageId, rating, text: text ?? null });
      return { success: true, message_id: answer.messageId };
    },
  );
}
