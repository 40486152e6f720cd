import type { Model } from "@parley/llm";
import { budgetedModel, createReserve, type EmbeddingBudget, embeddingBudget, type Spent } from "@parley/turns";
import type { BudgetRepository } from "./repository/budgets.js";

/** An owner may add a budget while a session runs; a worker that never pauses checks this often. */
const FRESH_MS = 1_000;

interface SessionBudgetDeps {
  budgets: BudgetRepository;
  model: Model;
  config: { BUDGET_WAIT_MS: number };
}

export interface SessionBudget {
  /** Asks again which budget the turns are charged to when the answer is older than a second. */
  refresh(): Promise<void>;
  /** The model for one try of a turn, limited by the budget if there is one. */
  begin(seq: number): Model;
  /** For the embeddings of this try's queries; null = there is no budget. */
  embedding(): EmbeddingBudget | null;
  /** What the commit of this turn charges, for the commit item; empty without a budget. */
  spent(): { spent?: { link_id: string; tokens: number; cost: number } };
  /** Charges the usage of a try that will not be committed. Never throws: at worst the room is released without being charged. */
  abandon(): Promise<void>;
}

/** The budget of one session under one lease. Costs nothing for sessions of a link without a budget. */
export function createSessionBudget(
  deps: SessionBudgetDeps,
  lease: { tenantId: string; conversationId: string; fence: number; linkId: string | null },
): SessionBudget {
  const { tenantId, conversationId, fence } = lease;
  let linkId = lease.linkId;
  let askedAt = performance.now();
  let turn: { linkId: string; seq: number; spent: Spent; embedding: EmbeddingBudget } | null = null;

  return {
    async refresh() {
      if (performance.now() - askedAt < FRESH_MS) return;
      linkId = await deps.budgets.linkOf(tenantId, conversationId);
      askedAt = performance.now();
    },
    begin(seq) {
      turn = null;
      if (linkId === null) return deps.model;
      const budget = {
        budgets: deps.budgets,
        waitMs: deps.config.BUDGET_WAIT_MS,
        turn: { tenant_id: tenantId, conversation_id: conversationId, seq, fence },
        spent: { tokens: 0, cost: 0 },
      };
      // One per turn: its calls wait for room together.
      const reserve = createReserve(budget);
      turn = { linkId, seq, spent: budget.spent, embedding: embeddingBudget(deps.model, budget, reserve) };
      return budgetedModel(deps.model, budget, reserve);
    },
    embedding: () => turn?.embedding ?? null,
    spent: () => (turn === null ? {} : { spent: { link_id: turn.linkId, ...turn.spent } }),
    async abandon() {
      if (turn === null) return;
      const { seq, spent } = turn;
      const used = { tenant_id: tenantId, conversation_id: conversationId, seq, fence, ...spent };
      await deps.budgets.abandon(used).catch(() => undefined);
    },
  };
}
