import * as contracts from "@parley/contracts";
import { logLevelFor } from "@parley/db";
import { type Poll, startPoll } from "@parley/jobs";
import { createPriceBook, createUsageMetrics } from "@parley/llm";
import type { Component } from "@parley/runtime";
import type { MemoryDeps } from "./deps.js";
import { bindKnowledge } from "./knowledge/bind.js";
import { forgetMemory, setMemory, undoMemory } from "./memory/change-memory.js";
import { exportMemories } from "./memory/export-person.js";
import { getMemory, listMemories, listMemoryChanges } from "./memory/read-memory.js";
import { recall } from "./memory/recall.js";
import { dueSessions } from "./memory/repository.js";
import { summarise } from "./memory/summarise.js";

/** Sessions per round of the poll. */
const POLL_LIMIT = 50;
/** Summaries that one replica creates concurrently from hints. */
const CONCURRENCY = 4;

/** Per-person memory: summaries in the background, recall for prompts; and the knowledge bases of agents. */
export function createMemory(deps: MemoryDeps): Component {
  const every = deps.config.MEMORY_SUMMARY_EVERY;
  const outcomes = deps.metrics.counter("memory_summaries_total", "Attempts to summarise, by outcome", ["outcome"]);
  const stopping = new AbortController();
  let poll: Poll | undefined;
  let stopWork = async (): Promise<void> => undefined;
  let knowledge: { stop(): Promise<void> } | undefined;

  const bringUpToDate = async (at: { tenantId: string; sessionId: string }, signal: AbortSignal): Promise<void> => {
    const step = summarise(deps);
    // Each step covers one trigger; a session that fell behind has several.
    for (let outcome = await step(at, signal); outcome !== "none"; outcome = await step(at, signal)) {
      outcomes.inc({ outcome });
      if (outcome !== "stored") return;
    }
  };

  return {
    name: "memory",
    async start() {
      deps.bus.serve(contracts.recall, recall(deps));
      serveOwners(deps);
      stopWork = deps.bus.work(
        contracts.turnCompleted,
        async ({ tenantId, sessionId, seq }) => {
          // The first turn opens the session, so before this nothing is due from this session alone. The poll finds what becomes due
          // from several short sessions together, so that most short sessions need no check.
          if (seq > every) await bringUpToDate({ tenantId, sessionId }, stopping.signal);
        },
        { concurrency: CONCURRENCY },
      );
      poll = startPoll({
        intervalMs: deps.config.MEMORY_POLL_SECONDS * 1_000,
        async round(signal) {
          for (const due of await dueSessions(deps.db, { every, limit: POLL_LIMIT })) {
            if (signal.aborted) return;
            await bringUpToDate({ tenantId: due.tenant_id, sessionId: due.session_id }, signal);
          }
        },
        onError: (error) => deps.logger[logLevelFor(error)]({ err: error }, "memory.poll_failed"),
      });
      const { db, bus, logger, config } = deps;
      const embedder = deps.model.embedder ?? null;
      knowledge = bindKnowledge(
        {
          ...{ db, bus, logger, embedder, exactBound: config.KNOWLEDGE_EXACT_PASSAGES },
          ...{ prices: deps.model.prices ?? createPriceBook(), usage: createUsageMetrics(deps.metrics) },
        },
        config.KNOWLEDGE_POLL_SECONDS,
      );
      await bus.settled();
    },
    async stop() {
      stopping.abort();
      await stopWork();
      await poll?.stop();
      await knowledge?.stop();
    },
    async ready() {
      if (!deps.bus.status().usable) return "bus is not connected";
      return (await deps.db.ping()) || "database is not reachable";
    },
  };
}

function serveOwners(deps: MemoryDeps): void {
  const { bus } = deps;
  bus.serve(contracts.listMemories, listMemories(deps));
  bus.serve(contracts.getMemory, getMemory(deps));
  bus.serve(contracts.setMemory, setMemory(deps));
  bus.serve(contracts.forgetMemory, forgetMemory(deps));
  bus.serve(contracts.listMemoryChanges, listMemoryChanges(deps));
  bus.serve(contracts.exportMemories, exportMemories(deps));
  bus.serve(contracts.undoMemory, undoMemory(deps));
}
