import { type EscalationSettings, type LiveEntry, RetryableError, TerminalError, turnIdOf } from "@parley/contracts";
import type { Model } from "@parley/llm";
import {
  createLiveWriter,
  createLoadAgent,
  createPerform,
  createPerformApiCall,
  createPerformCall,
  createRetrieve,
  type Definition,
  type Retrieve,
  runTurn,
  type TurnRun,
} from "@parley/turns";
import { useAgentSecrets } from "../documents/agent-secrets.js";
import { announceTurn } from "./announce-turn.js";
import { describeFiles, type FileReader } from "./attached-files.js";
import { commitTurn } from "./commit-turn.js";
import { holdLease } from "./hold-lease.js";
import { noteWithheld } from "./note-withheld.js";
import { recallMemory } from "./recall-memory.js";
import type { CommitAnswer, CommitItem } from "./repository/commit-item.js";
import type { AcquiredSession, PendingTurn, SessionRef } from "./repository/turns.js";
import { createSessionBudget, type SessionBudget } from "./session-budget.js";
import { afterArrival, afterCommit, type SessionState } from "./session-state.js";
import { settleTurn } from "./settle-turn.js";
import type { TurnStop } from "./stops.js";
import { type MadeSummary, withSummary } from "./summarise-history.js";
import type { Wanted } from "./take-lease.js";
import { historyFrom, historyOf, turnEvent, userMessageOf } from "./turn-event.js";
import type { WorkerDeps } from "./worker-deps.js";

/**
 * Works on one session until nothing waits: takes the lease, runs its turns in order, commits each behind the fence.
 * Idempotency key: (session, seq); a turn that is already done, or held by another runner, is left alone.
 *
 * @param signal aborts the model call in hand; the lease is then given back and the turn waits for another runner
 * @throws RetryableError when the session should be tried again (database away, an unexpected failure)
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

interface Thought {
  run: TurnRun;
  /** Streamed text that travels with the events. */
  unsent: LiveEntry[];
  escalation: EscalationSettings | undefined;
  /** Of what the model no longer sees; the commit writes it. */
  summary: MadeSummary | null;
  definition: Definition;
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
    const thought = dead ? null : await this.think(turn, stop, model).finally(() => stop.end());
    if (dead) stop.end();
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

  /** Behind the reply: the summary that the commit wrote, and the next one where it is time. */
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

  /** The engine and its model calls. Null = the stored version cannot run at all. */
  private async think(turn: PendingTurn, stop: TurnStop, model: Model): Promise<Thought | null> {
    const { deps, session } = this;
    let definition: Definition;
    try {
      // After a transfer the state says which document it is in.
      const { agentId, version } = this.state.cached.state?.agent ?? {
        agentId: session.agent_id,
        version: session.agent_version,
      };
      definition = await deps.definitions(this.ref.tenantId, agentId, version);
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      deps.logger.error(
        { err: error, sessionId: this.ref.sessionId, agentId: session.agent_id, version: session.agent_version },
        "definition.unusable",
      );
      return null;
    }
    const at = { tenantId: this.ref.tenantId, session, current: this.state.memoryVersion };
    const memory = await recallMemory(deps.bus, at, this.state.cached.memory);
    const turnId = turnIdOf(session.conversation_id, turn.seq);
    const live = createLiveWriter(deps.live, this.ref.sessionId, turnId, session.fence, deps.config.DELTA_WINDOW_MS);
    const reader: FileReader = {
      fileHeads: (...question) => deps.repository.fileHeads(...question),
      maxCharacters: deps.config.ATTACHED_TEXT_CHARACTERS,
    };
    const history = await describeFiles(reader, this.ref, this.state.cached.history);
    this.state = { ...this.state, memoryVersion: null, cached: { ...this.state.cached, memory, history } };
    const user = await describeFiles(reader, this.ref, historyOf(turn));
    const summary = deps.summaries.ready(this.ref.sessionId, this.state.cached.state);
    const state = withSummary(this.state.cached.state, summary, history);
    const variables = { ...state?.variables };
    const secondsInNode = (performance.now() - this.state.cached.nodeEnteredAt) / 1_000;
    const event = turnEvent(turn, { secondsInNode, human: this.state.isHumanHandled });
    try {
      const run = await runTurn({
        definition,
        state,
        event,
        history: [
          ...historyFrom(history, {
            welcome: session.link_policy.welcome_message,
            most: deps.config.MAX_HISTORY_SIZE,
          }),
          ...user,
        ],
        live,
        stopRequested: stop.requested,
        perform: createPerform({
          definition,
          modelCalls: (speaking) =>
            createPerformCall({
              model,
              definition: speaking,
              policy: session.link_policy,
              live,
              signal: stop.signal,
              memory: memory?.block ?? null,
              earlier: state?.earlier?.text ?? null,
              handover: session.handover_summary,
              pageContext: session.page_context ?? null,
              variables: () => variables,
              retrieve: this.retrieveFor(speaking, stop.signal),
              onWithheld: (rules) => noteWithheld(deps, this.ref, rules),
            }),
          callApi: createPerformApiCall({
            outbound: deps.outbound,
            tenantId: this.ref.tenantId,
            turnId,
            signal: stop.signal,
            secretsOf: (agentId, names) => useAgentSecrets(deps, { tenantId: this.ref.tenantId, agentId, names }),
          }),
          loadAgent: createLoadAgent(deps, this.ref.tenantId),
        }),
        onStep: ({ effects }) => {
          for (const effect of effects) if (effect.type === "variables.set") Object.assign(variables, effect.values);
        },
      });
      const { escalation } = definition.workflow.document.workflow;
      // Somebody is waited for, and the agent speaks meanwhile: the session stays its own.
      const answers = run.escalation !== null && escalation?.while_waiting === "answer";
      const after = answers ? { ...run.state, escalated: null } : run.state;
      return { run: { ...run, state: after }, unsent: live.close(), escalation, summary, definition };
    } catch (error) {
      live.close();
      throw error;
    }
  }

  private retrieveFor({ knowledge }: Definition, signal: AbortSignal): Retrieve | null {
    const deps = { bus: this.deps.knowledge, logger: this.deps.logger, budget: this.budget.embedding() };
    return createRetrieve(deps, this.ref.tenantId, knowledge, signal);
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
