import { runPaced, runRequests, runStreams } from "./closed-loop.js";
import type { Job, JobResult } from "./jobs.js";
import { runPairs } from "./pairs.js";
import { dropReaders, fanOut, openReaders } from "./readers.js";

/** The load generator: a process of its own that does what its parent sends, one job after the other. */
function run(job: Job): Promise<JobResult> | JobResult {
  switch (job.type) {
    case "requests":
      return runRequests(job);
    case "paced":
      return runPaced(job);
    case "streams":
      return runStreams(job);
    case "pairs":
      return runPairs(job);
    case "readers":
      return openReaders(job);
    case "fanout":
      return fanOut(job);
    case "drop":
      return dropReaders();
  }
}

process.on("message", (message: { id: number; job: Job }) => {
  Promise.resolve()
    .then(() => run(message.job))
    .then(
      (result) => process.send?.({ id: message.id, result }),
      (error: unknown) => process.send?.({ id: message.id, failed: String(error) }),
    );
});
process.on("disconnect", () => process.exit(0));
