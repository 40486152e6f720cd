import { AppError, endSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { forgetSession, requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

/**
 * New Conversation: ends this session and deletes its cookie; the next message opens a new one, even with the old token.
 * Idempotent by state: an ended session gets the same answer.
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
      // Where an address must be confirmed, the old token opens the next conversation without another code.
      if (!request.visit.policy.requireEmail) forgetSession(reply, request.visit, config.PUBLIC_URL);
      return { success: true };
    },
  );
}
