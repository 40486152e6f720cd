import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CutPlan } from "./cut-reader.js";
import type { Order, Progress, Report } from "./cut-readers-main.js";

/** Readers in a process of their own. */
export interface CutReaders {
  start(plans: CutPlan[]): void;
  /** Leaves all connections whole from now on. */
  keep(): void;
  progress(): Promise<Progress>;
  /** What each was told until now. Like `progress`, asked one at a time; throws when the process does not answer within a minute. */
  report(): Promise<Report>;
  stop(): void;
}

const ANSWER_MS = 60_000;

export function startCutReaders(): CutReaders {
  const program = fileURLToPath(new URL("./cut-readers-main.ts", import.meta.url));
  const child: ChildProcess = fork(program, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const tell = (order: Order): void => void child.send(order);
  // Our own program answers each question with what its type says.
  const ask = async <Answer>(order: Order): Promise<Answer> => {
    const answer = once(child, "message", { signal: AbortSignal.timeout(ANSWER_MS) });
    tell(order);
    const [message] = (await answer) as [Answer];
    return message;
  };
  return {
    start: (plans) => tell({ type: "start", plans }),
    keep: () => tell({ type: "keep" }),
    progress: () => ask<Progress>({ type: "progress" }),
    report: () => ask<Report>({ type: "report" }),
    stop: () => void child.kill("SIGKILL"),
  };
}

export const quantileOf = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN);
};
