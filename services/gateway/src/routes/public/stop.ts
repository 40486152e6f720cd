import { stopTurn, turnStopped } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const body = z.object({ turn_id: z.string().max(64).optional() }).default({});

/**
 * Stops the running answer; text already streamed stays. The stream reports the end of the turn like that of any other. Idempotent:
 * `stopped` false = nothing was left to stop.
 */
export function stopAnswerRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Stop the reply",
    tags: ["public"],
    params: tokenParams,
    body,
    response: answers({ 200: turnStopped }),
  };
  app.post("/stop/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "stop");
    const answer = await context.bus.call(stopTurn, { access, turnId: request.body.turn_id ?? null });
    return { stopped: answer.stopped, turn_id: answer.turnId };
  });
}
