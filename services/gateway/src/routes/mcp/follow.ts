import { setTimeout as delay } from "node:timers/promises";
import type { TwinCall } from "./call-twin.js";

/** A job that a twin call has started, and how to read its progress. */
export interface Following {
  twin: TwinCall;
  stateOf: (answer: Record<string, unknown>) => { done: number; total: number; isOver: boolean };
}

/** Receives the progress of a call. */
export type Progress = (done: number, total: number) => Promise<void>;

/** Most clients give a call up after a minute. */
const FOLLOW_MS = 45_000;
const PAUSE_MS = 500;

/** Polls until the job is done, the client's patience has run out, or the client leaves; returns the last state. */
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
