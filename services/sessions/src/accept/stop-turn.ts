import { RUNNERS_KEY, type stopTurn, turnStopLive } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

/**
 * Marks the turn's row as to be stopped, then notifies the runners. The message may get lost: the turn's runner finds the mark.
 * Idempotent by turn; a finished turn stays as it is.
 */
export const stopTurnHandler =
  (deps: HandlerDeps) =>
  async ({ access, turnId }: z.output<typeof stopTurn.request>): Promise<z.input<typeof stopTurn.response>> => {
    const answer = await deps.feedback.stop(accessRow(access, deps.secrets), turnId);
    if (answer.stopped && answer.turn_id !== null)
      deps.bus.publishLive(turnStopLive, RUNNERS_KEY, { turnId: answer.turn_id });
    return { stopped: answer.stopped, turnId: answer.turn_id };
  };
