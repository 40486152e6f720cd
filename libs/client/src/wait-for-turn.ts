import { wait } from "./backoff.js";
import { ParleyError, problemError } from "./errors.js";
import type { TurnShown } from "./types.js";

export interface WaitOptions {
  signal?: AbortSignal;
  /** Milliseconds until it gives up; default 180 000. */
  timeoutMs?: number;
  /** Milliseconds of the longest pause between two polls; default 2 000. */
  pauseMs?: number;
}

const FIRST_PAUSE_MS = 200;

/** Polls until the turn is over, with growing pauses. */
export async function waitForTurn(
  ask: (signal: AbortSignal | undefined) => Promise<TurnShown>,
  { signal, timeoutMs = 180_000, pauseMs = 2_000 }: WaitOptions = {},
): Promise<TurnShown> {
  const endsAt = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 1.5) {
    const turn = await ask(signal);
    if (turn.status === "failed") throw problemError(turn.error?.status ?? 500, turn.error ?? {});
    if (turn.status === "completed" || turn.status === "stopped") return turn;
    const left = endsAt - performance.now();
    if (left <= 0)
      throw new ParleyError({ status: 0, code: "timeout", detail: `The turn was not over after ${timeoutMs} ms.` });
    await wait(Math.min(left, pause, pauseMs) * (0.75 + Math.random() / 4), signal);
  }
}
