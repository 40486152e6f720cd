import { setTimeout as delay } from "node:timers/promises";
import { isStatementFault } from "@parley/db";
import type { CommitAnswer, CommitItem } from "./repository/commit-item.js";
import type { WorkerDeps } from "./worker-deps.js";

/** How long to retry the commit of a finished turn while the database is unreachable: retry the write, never the model. */
const COMMIT_RETRY_MS = 30_000;

/** Commits a turn behind its fence, with retries while the database is unreachable. Idempotent by (session, seq). */
export async function commitTurn(
  { repository, counters }: Pick<WorkerDeps, "repository" | "counters">,
  item: CommitItem,
  signal: AbortSignal,
): Promise<CommitAnswer> {
  const deadline = performance.now() + COMMIT_RETRY_MS;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return await repository.commit(item);
    } catch (error) {
      if (signal.aborted || isStatementFault(error) || performance.now() > deadline) throw error;
      counters.commitRetries.inc();
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }
}
