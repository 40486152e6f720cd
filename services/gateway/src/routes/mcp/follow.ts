import { setTimeout as delay } from "node:timers/promises";
import type { TwinCall } from "./call-twin.js";

/** What a twin has only begun, and how to see how far it is. */
export interface Following {
  twin: TwinCall;
  stateOf: (answer: Record<string, unknown>) => { done: number; total: number; isOver: boolean };
}

/** Hears how far a call is. */
export type Progress = (done: number, total: number) => Promise<void>;

/** Most clients give a call up after a minute. */
const FOLLOW_MS = 45_000;
const PAUSE_MS = 500;

/** Asks until it is over, or for as long as a client waits, or until it goes away; answers what was seen last. */
export async function follow(
  { twin, stateOf }: Following,
  {
    ask,
    progress,
    signal,
  }: {
    ask: (twin: TwinCall) => Promise<Record<string, unknown>>;
    progress: Progress;
    signal: AbortSignal;
  },
): Promise<Record<string, unknown>> {
  const until = performance.now() + FOLLOW_MS;
  for (;;) {
    const answer = await ask(twin);
    const { done, total, isOver } = stateOf(answer);
    await progress(done, total);
    if (isOver || signal.aborted || performance.now() > until) return answer;
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
