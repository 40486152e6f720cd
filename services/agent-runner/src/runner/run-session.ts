import { RetryableError, turnIdOf } from "@parley/contracts";
import { announceTurn } from "./announce-turn.js";
import { commitTurn } from "./commit-turn.js";
import { holdLease } from "./hold-lease.js";
import type { CommitAnswer, CommitItem } from "./repository/commit-item.js";
import type { AcquiredSession, PendingTurn, SessionRef } from "./repository/turns.js";
import { createSessionBudget, type SessionBudget } from "./session-budget.js";
import { afterArrival, afterCommit, type SessionState } from "./session-state.js";
import { settleTurn } from "./settle-turn.js";
import type { Wanted } from "./take-lease.js";
import { type Thought, think } from "./think.js";
import { userMessageOf } from "./turn-event.js";
import type { WorkerDeps } from "./worker-deps.js";

/**
 * Works on one session until nothing waits: acquires the lease, runs its turns in order, commits each behind the fence.
 * Idempotency key: (session, seq); a turn that is already done, or held by another runner, is left alone.
 *
 * @param signal aborts the running model call; the lease is then released and the turn waits for another runner
 * @throws RetryableError when the session should be tried again (database unreachable, an unexpected failure)
 */
export async function runSession(deps: WorkerDeps, ref: Wanted, signal: AbortSignal): Promise<void> {
  const taken = await deps.takeLease(deps, ref);
  if (!taken) return;
  const { session, state } = taken;
  const { tenantId, conversationId } = ref;
  const { fence } = session;
  const budget = createSessionBudget(deps, { tenantId, conversationId, fence, linkId: taken.budgetLink });
  const worker = new SessionWorker(deps, ref, session, budget, state);
  const lease = holdLease(deps, ref, taken, signal);
  try {
    await worker.work(lease.signal);
  } catch (error) {
    deps.cache.drop(ref.sessionId);
    await budget.abandon();
    await deps.repository.release(ref.tenantId, ref.sessionId, session.fence).catch(() => undefined);
    if (lease.lost()) return deps.counters.fenced.inc();
    throw new RetryableError("the turn did not finish", { cause: error, afterMs: 250 * session.tries });
  } finally {
    lease.stop();
  }
}

/** One session under one lease. */
class SessionWorker {
  constructor(
    private readonly deps: WorkerDeps,
    private readonly ref: SessionRef,
    private readonly session: AcquiredSession,
    private readonly budget: SessionBudget,
    private state: SessionState,
  ) {}

  /** Runs every waiting turn, and those that arrive meanwhile. Returns when the lease was released by the last commit, or lost. */
  async work(signal: AbortSignal): Promise<void> {
    let turns = this.session.turns;
    let tries = this.session.tries;
    for (;;) {
      for (const [index, turn] of turns.entries()) {
        const waiting = turns.slice(index + 1).filter(({ kind }) => kind === "message").length;
        const at = { sessionId: this.ref.sessionId, seq: turn.seq };
        const answer = await this.deps.traces.run(at, () => this.runOne(turn, { signal, tries, waiting }));
        if (answer.outcome === "fenced") {
          this.deps.counters.fenced.inc();
          this.deps.logger.info({ ...at, fence: this.session.fence }, "turn.fenced");
          await this.budget.abandon();
          this.deps.cache.drop(this.ref.sessionId);
          return;
        }
        if (!answer.more) return;
        tries = 1;
      }
      turns = await this.deps.repository.pending(
        this.ref.tenantId,
        this.session.conversation_id,
        this.state.cached.doneSeq,
      );
      this.state = afterArrival(this.state, turns);
      await this.budget.refresh();
      if (turns.length === 0) throw new Error("the commit left turns behind that cannot be found");
    }
  }

  private async runOne(
    turn: PendingTurn,
    at: { signal: AbortSignal; tries: number; waiting: number },
  ): Promise<CommitAnswer> {
    const started = performance.now();
    const { deps, session } = this;
    const dead = at.tries > deps.config.TURN_MAX_TRIES ? "too many tries" : null;
    const turnId = turnIdOf(session.conversation_id, turn.seq);
    if (turn.stop) deps.stops.ask(turnId);
    const stop = deps.stops.watch(turnId, at.signal);
    const model = this.budget.begin(turn.seq);
    const asked = { turn, stop, model, state: this.state, budget: this.budget };
    const thought = dead ? null : await think(deps, { ref: this.ref, session }, asked).finally(() => stop.end());
    if (dead) stop.end();
    if (thought) this.state = thought.state;
    const run = thought?.run ?? null;
    const remaining =
      session.max_messages === null ? null : session.max_messages - this.state.messagesUsed + at.waiting;
    const settled = run
      ? settleTurn(run, {
          tenantId: this.ref.tenantId,
          secrets: deps.secrets,
          session,
          turn,
          leaseMs: deps.config.LEASE_MS,
          remainingMessages: remaining,
          escalation: thought?.escalation,
          hasTimer: this.state.hasTimer,
          summary: thought?.summary ?? null,
        })
      : null;
    const item: CommitItem = {
      ...(settled?.item ?? this.givenUp(turn, dead ?? "the agent document cannot run")),
      ...this.budget.spent(),
      escalate_after: thought?.escalation?.failed_turns ?? deps.config.ESCALATE_AFTER_FAILED_TURNS,
    };
    const answer = await commitTurn(deps, item, at.signal);
    if (answer.outcome === "fenced") return answer;
    const now = { nowMs: performance.now(), maxHistory: deps.config.MAX_HISTORY_SIZE };
    this.state = afterCommit(this.state, { item, state: settled?.state ?? null, history: settled?.history ?? [] }, now);
    deps.cache.put(this.ref.sessionId, this.state.cached);
    const ms = performance.now() - started;
    const announced = { item, answer, run, result: settled?.result ?? null, ms, unsent: thought?.unsent ?? [] };
    announceTurn(deps, { ref: this.ref, session }, turn, announced);
    if (thought && item.failed === null) this.keepSummary(thought);
    return answer;
  }

  /** After the reply: counts the summary that the commit wrote, and begins the next one when due. */
  private keepSummary({ summary, definition }: Thought): void {
    const { deps } = this;
    const { sessionId: id } = this.ref;
    if (summary !== null) {
      const { input_tokens: inputTokens, output_tokens: outputTokens, cost } = summary.usage;
      deps.counters.usage.count("history", { inputTokens, outputTokens, cost });
      deps.summaries.written(id);
    }
    const { state, history } = this.state.cached;
    deps.summaries.begin({ id, definition, state, history });
  }

  private givenUp(turn: PendingTurn, reason: string): CommitItem {
    return {
      tenant_id: this.ref.tenantId,
      conversation_id: this.session.conversation_id,
      fence: this.session.fence,
      seq: turn.seq,
      kind: turn.kind,
      lease_ms: this.deps.config.LEASE_MS,
      failed: "internal",
      dead: reason,
      user: userMessageOf(turn),
      trace: null,
    };
  }
}
