import { RUNNERS_KEY, type stopTurn, turnStopLive } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

/**
 * Notes in the turn's row that it is to stop, then tells the runners. The message may get lost: whoever works on the turn finds the note.
 * Idempotent by turn; one that is over stays as it is.
 */
export const stopTurnHandler =
  (deps: HandlerDeps) =>
  async ({ access, turnId }: z.output<typeof stopTurn.request>): Promise<z.input<typeof stopTurn.response>> => {
    const answer = await deps.feedback.stop(accessRow(access, deps.secrets), turnId);
    if (answer.stopped && answer.turn_id !== null)
      deps.bus.publishLive(turnStopLive, RUNNERS_KEY, { turnId: answer.turn_id });
    return { stopped: answer.stopped, turnId: answer.turn_id };
  };
