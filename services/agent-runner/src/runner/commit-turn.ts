import { setTimeout as delay } from "node:timers/promises";
import { isStatementFault } from "@parley/db";
import type { CommitAnswer, CommitItem } from "./repository/commit-item.js";
import type { WorkerDeps } from "./worker-deps.js";

/** How long a finished turn tries to get written while the database is away: retry the write, never the model. */
const COMMIT_RETRY_MS = 30_000;

/** Writes a turn behind its fence, again and again while the database is away. Idempotent by (session, seq). */
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
