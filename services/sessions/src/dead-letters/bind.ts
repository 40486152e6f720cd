import { dropDeadLetter, getDeadLetter, listDeadLetters, replayDeadLetter } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { listDeadLettersHandler } from "./list-dead-letters.js";
import { dropDeadLetterHandler, getDeadLetterHandler, replayDeadLetterHandler } from "./manage-dead-letter.js";
import { createDeadLetterRepository } from "./repository.js";

/** Serves dead letters: list, get, replay, drop. */
export function bindDeadLetters(given: HandlerDeps): void {
  const replayed = given.metrics.counter("dead_letters_replayed_total", "Given-up turns that were said again");
  const deps = { ...given, replayed, deadLetters: createDeadLetterRepository(given.db) };
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  deps.bus.serve(listDeadLetters, listDeadLettersHandler(deps), bound);
  deps.bus.serve(getDeadLetter, getDeadLetterHandler(deps), bound);
  deps.bus.serve(replayDeadLetter, replayDeadLetterHandler(deps), bound);
  deps.bus.serve(dropDeadLetter, dropDeadLetterHandler(deps), bound);
}
