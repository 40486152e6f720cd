import { fork } from "node:child_process";
import { join } from "node:path";
import type { Job, JobResult } from "../load/jobs.js";
import { FROM_SOURCE, ROOT } from "./process.js";

export interface LoadGenerator {
  run(job: Job): Promise<JobResult>;
  stop(): void;
}

interface Waiting {
  resolve(result: JobResult): void;
  reject(error: Error): void;
}

/** Starts a load generator as a process of its own. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(join(ROOT, "bench/load/main.ts"), [], { cwd: ROOT, execArgv: FROM_SOURCE });
  const waiting = new Map<number, Waiting>();
  let next = 0;
  child.on("message", (message: { id: number; result?: JobResult; failed?: string }) => {
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.result !== undefined) caller?.resolve(message.result);
    else caller?.reject(new Error(message.failed ?? "the load generator failed"));
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("the load generator ended"));
    waiting.clear();
  });
  return {
    run(job) {
      next += 1;
      const id = next;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, job });
      });
    },
    stop: () => void child.kill("SIGKILL"),
  };
}
