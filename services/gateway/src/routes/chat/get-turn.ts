import { getTurn, type TurnState, turnResource } from "@parley/contracts";
import { type HttpApp, toProblem } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { failedTurn } from "../../turns/failed-turn.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";
import { turnAnswer } from "./turn-answer.js";

/** Turns end within seconds; polling faster only adds requests. */
const ASK_AGAIN_SECONDS = 1;

/** The state of a message: its queue position, or its answer as the send would have returned it. A read. */
export function getTurnRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Get the status of a turn",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams.extend({ turn_id: z.string().min(1).max(64) }),
    response: answers({ 200: turnResource }),
  };
  app.get("/sessions/:id/turns/:turn_id", { schema }, async (request, reply) => {
    const access = signedAccess(request, request.params.id);
    const { turn } = await bus.call(getTurn, { access, turnId: request.params.turn_id });
    if (turn.status === "pending") reply.header("retry-after", ASK_AGAIN_SECONDS);
    return { turn_id: turn.turn_id, session_id: request.params.id, ...shown(turn, request.id) };
  });
}

function shown(turn: TurnState, requestId: string): Record<string, unknown> & { status: string } {
  switch (turn.status) {
    case "pending":
      return { status: turn.running ? "running" : "queued" };
    case "done":
      return { ...turnAnswer(turn.result), status: turn.result.finish_reason === "stopped" ? "stopped" : "completed" };
    case "failed":
      return {
        status: turn.code === "turn_stopped" ? "stopped" : "failed",
        error: toProblem(failedTurn(turn.code, {}), requestId),
      };
  }
}
