import { stopTurn, turnStopped } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

/** Stops a turn that waits or runs; text already streamed stays. Idempotent: `stopped` false = it was over. */
export function stopTurnRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Stop a turn",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams.extend({ turn_id: z.string().min(1).max(64) }),
    response: answers({ 200: turnStopped }),
  };
  app.post("/sessions/:id/turns/:turn_id/stop", { schema, config: { role: "operator" } }, async (request) => {
    const access = signedAccess(request, request.params.id);
    const answer = await bus.call(stopTurn, { access, turnId: request.params.turn_id });
    return { stopped: answer.stopped, turn_id: answer.turnId };
  });
}
