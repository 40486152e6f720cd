import { setMaxListeners } from "node:events";
import { type Followed, watchFollowed } from "@parley/bus";
import { RUNNERS_KEY, runTurns, sessionsFollowed, turnStopLive } from "@parley/contracts";
import { type Lookout, type Outbox, type Poll, startLookout, startOutbox } from "@parley/jobs";
import { createOutbound, type Outbound } from "@parley/outbound";
import type { Component } from "@parley/runtime";
import { createDefinitions } from "@parley/turns";
import type { RunnerDeps } from "../deps.js";
import { createDocumentRepository } from "../documents/document-repository.js";
import { createAnalysisRepository } from "./analysis/analysis-repository.js";
import { startAnalyses } from "./analysis/start-analyses.js";
import { createRunnerMetrics } from "./metrics.js";
import { pollForTurns } from "./poll-for-turns.js";
import { createBudgetRepository } from "./repository/budgets.js";
import { createTurnRepository } from "./repository/turns.js";
import { runSession } from "./run-session.js";
import { createSessionCache } from "./session-cache.js";
import { createStops } from "./stops.js";
import { createHistorySummaries, type HistorySummaries } from "./summarise-history.js";
import { takeLease, type Wanted } from "./take-lease.js";
import { createTurnTraces } from "./turn-traces.js";
import { withCrashPoints } from "./with-crash-points.js";
import type { WorkerDeps } from "./worker-deps.js";

/** Sessions cached per slot: an idle conversation costs a few kilobytes, a re-read costs a round trip. */
const CACHED_PER_SLOT = 32;
/** How long running turns may take to finish after a stop was requested; then they are aborted and another runner takes over. */
const FINISH_MS = 20_000;

/** Runs turns, and analyses of ended sessions. Bindings only. */
export function createRunner(deps: RunnerDeps): Component {
  const stopping = new AbortController();
  // Every worker adds a listener: RUNNER_CONCURRENCY bounds their number, not the default of ten.
  setMaxListeners(0, stopping.signal);
  const running = new Map<string, Promise<void>>();
  let poll: Poll | undefined;
  let outbox: Outbox | undefined;
  let outbound: Outbound | undefined;
  let lookout: Lookout | undefined;
  let analyses: { stop(): Promise<void> } | undefined;
  let followed: Followed | undefined;
  let summaries: HistorySummaries | undefined;
  let unsubscribe: () => void = () => undefined;
  let stopTaking = async (): Promise<void> => undefined;

  return {
    name: "runner",
    async start() {
      const facts = startOutbox(deps);
      outbox = facts;
      outbound = createOutbound({
        allowedCidrs: deps.config.OUTBOUND_ALLOWED_CIDRS,
        allowTestHooks: deps.config.ALLOW_TEST_HOOKS,
        logger: deps.logger,
        metrics: deps.metrics,
      });
      const readers = watchFollowed(deps.bus, sessionsFollowed);
      followed = readers;
      const documents = createDocumentRepository(deps.db, deps.secrets);
      const { model, bus: knowledge } = deps;
      const repository = createTurnRepository(deps.db);
      const parts = { repository, takeLease, model, analyst: model, knowledge, runSession };
      const { analyst, runSession: workOn, ...used } = withCrashPoints(parts, deps.config.CRASH_AT);
      const summarising = createHistorySummaries({ ...deps, mostMessages: deps.config.MAX_HISTORY_SIZE });
      summaries = summarising;
      const worker: WorkerDeps = {
        ...deps,
        ...used,
        live: { publish: deps.redis.live.publish, has: readers.has, onFollow: readers.onFollow },
        budgets: createBudgetRepository(deps.db),
        definitions: createDefinitions(documents),
        cache: createSessionCache(deps.config.RUNNER_CONCURRENCY * CACHED_PER_SLOT),
        counters: createRunnerMetrics(deps.metrics, () => facts.soon()),
        stops: createStops(),
        summaries: summarising,
        traces: createTurnTraces(),
        outbound,
      };
      lookout = startLookout(deps);
      analyses = startAnalyses({
        ...deps,
        analyses: createAnalysisRepository(deps.db),
        documents,
        budgets: worker.budgets,
        model: analyst,
        maxMessages: deps.config.MAX_HISTORY_SIZE,
        pollMs: deps.config.POLL_INTERVAL_MS,
        lookout,
        onDone: () => facts.soon(),
      });
      unsubscribe = deps.bus.listenLive(turnStopLive, RUNNERS_KEY, ({ turnId }) => worker.stops.ask(turnId));
      // One worker per session and process. A wake-up that finds one waits for it, and continues only when its turn is not done by then.
      const run = async (ref: Wanted): Promise<void> => {
        for (let existing = running.get(ref.sessionId); existing; existing = running.get(ref.sessionId)) {
          await existing.catch(() => undefined);
          if ((worker.cache.get(ref.sessionId)?.doneSeq ?? 0) >= ref.seq) return;
        }
        const work = workOn(worker, ref, stopping.signal).finally(() => running.delete(ref.sessionId));
        running.set(ref.sessionId, work);
        await work;
      };
      const { RUNNER_CONCURRENCY: concurrency } = deps.config;
      stopTaking = deps.bus.work(
        runTurns,
        ({ lease, ...ref }, { signed }) => {
          // A sender that may not grant leases only says which session to look at: the message itself is read from the database.
          const wanted = signed ? { ...ref, lease } : ref;
          return worker.traces.during(wanted, () => run(wanted));
        },
        { concurrency },
      );
      const looking = pollForTurns(worker, run, () => deps.config.RUNNER_CONCURRENCY - running.size);
      poll = looking;
      deps.bus.onReconnect(() => looking.soon());
      await deps.bus.settled();
    },
    async stop() {
      await poll?.stop();
      const finished = Promise.allSettled([stopTaking(), ...running.values()]);
      const late = setTimeout(() => stopping.abort(new Error("the runner stops")), FINISH_MS);
      await finished;
      clearTimeout(late);
      summaries?.stop();
      await analyses?.stop();
      await lookout?.stop();
      await outbound?.close();
      unsubscribe();
      followed?.stop();
      await outbox?.stop();
    },
    ready: () => deps.db.ping(),
  };
}
