import { AppError, type TurnResult } from "@parley/contracts";
import type { GatewayContext } from "../context.js";
import { failedTurn } from "./failed-turn.js";
import type { WaitOptions } from "./wait-for-turn.js";

/**
 * Waits for a turn and returns its result. A failed turn is thrown as its error and a late one as `turn_timeout`; both carry
 * `place`, so that the caller can look up the turn later.
 */
export async function awaitTurn(
  { waiter, config }: GatewayContext,
  turn: Omit<WaitOptions, "timeoutMs">,
  place: Record<string, unknown>,
): Promise<TurnResult> {
  try {
    const outcome = await waiter.wait({ ...turn, timeoutMs: config.CHAT_TURN_TIMEOUT_SECONDS * 1_000 });
    if (outcome.status === "done") return outcome.result;
    throw failedTurn(outcome.code, place);
  } catch (error) {
    if (error instanceof AppError && error.code === "turn_timeout")
      throw new AppError("turn_timeout", { extra: place });
    throw error;
  }
}
