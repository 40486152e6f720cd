import { AppError, endSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { forgetSession, requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

/**
 * New Conversation: ends this session and forgets its cookie; the next message opens a fresh one, with a kept token too.
 * Idempotent by state: an ended one is left behind alike.
 */
export function endVisitorSessionRoute(app: HttpApp, { bus, config }: GatewayContext): void {
  const schema = {
    summary: "End the conversation",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: z.object({ success: z.literal(true) }) }),
  };
  app.delete(
    "/session/:token",
    { schema, config: { checksOrigin: true, session: "needed" } },
    async (request, reply) => {
      const access = requireSession(request.visit);
      try {
        await bus.call(endSession, { access, reason: "visitor", idempotency: null });
      } catch (error) {
        if (!(error instanceof AppError && error.status === 410)) throw error;
      }
      // Where an address must be confirmed, the old token opens the next conversation: no other code is asked for.
      if (!request.visit.policy.requireEmail) forgetSession(reply, request.visit, config.PUBLIC_URL);
      return { success: true };
    },
  );
}
