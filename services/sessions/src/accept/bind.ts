import { acceptMessage, stopTurn } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { acceptMessageHandler } from "./accept-message.js";
import { stopTurnHandler } from "./stop-turn.js";

/** Serves the input of conversations: messages in order, and requests to stop an answer. */
export function bindAccept(deps: HandlerDeps): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  bus.serve(acceptMessage, acceptMessageHandler(deps), bound);
  bus.serve(stopTurn, stopTurnHandler(deps), bound);
}
