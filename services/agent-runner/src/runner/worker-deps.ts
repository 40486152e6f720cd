import type { Bus } from "@parley/bus";
import type { Outbound } from "@parley/outbound";
import type { Definitions, LiveChannel } from "@parley/turns";
import type { RunnerDeps } from "../deps.js";
import type { RunnerMetrics } from "./metrics.js";
import type { BudgetRepository } from "./repository/budgets.js";
import type { TurnRepository } from "./repository/turns.js";
import type { SessionCache } from "./session-cache.js";
import type { Stops } from "./stops.js";
import type { HistorySummaries } from "./summarise-history.js";
import type { takeLease } from "./take-lease.js";
import type { TurnTraces } from "./turn-traces.js";

/** What working on a session needs. */
export interface WorkerDeps extends RunnerDeps {
  repository: TurnRepository;
  takeLease: typeof takeLease;
  budgets: BudgetRepository;
  definitions: Definitions;
  cache: SessionCache;
  counters: RunnerMetrics;
  stops: Stops;
  summaries: HistorySummaries;
  traces: TurnTraces;
  outbound: Outbound;
  /** Live entries of sessions that somebody is following. */
  live: LiveChannel;
  /** Searches knowledge bases. */
  knowledge: Pick<Bus, "call">;
}
