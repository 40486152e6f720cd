import { hostname } from "node:os";
import { type LiveEntry, RetryableError, TerminalError, turnIdOf } from "@parley/contracts";
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
import { announceTurn } from "./announce-turn.js";
import { describeFiles, type FileReader } from "./attached-files.js";
import { createLaneBudget, type LaneBudget } from "./budget.js";
import { commitTurn } from "./commit-turn.js";
import { holdLease } from "./hold-lease.js";
import type { LaneDeps } from "./lane-deps.js";
import { noteWithheld } from "./note-withheld.js";
import { recallMemory } from "./recall-memory.js";
import type { AcquiredSession, CommitAnswer, CommitItem, PendingTurn, SessionRef } from "./repository/turns.js";
import type { CachedSession } from "./session-cache.js";
import { settleTurn } from "./settle-turn.js";
import type { TurnStop } from "./stops.js";
import { historyFrom, historyOf, isHumanHandled, turnEvent, userMessageOf } from "./turn-event.js";

/** For operators who look at a lease; the fence, not the name, decides. */
const OWNER = `${hostname()}-${process.pid}`;

/**
 * Works on one session until nothing waits: takes the lease, runs its turns in order, commits each behind the fence.
 * Idempotency key: (session, seq); a turn that is already done, or held by another runner, is left alone.
 *
 * @param signal aborts the model call in hand; the lease is then given back and the turn waits for another runner
 * @throws RetryableError when the session should be tried again (database away, an unexpected failure)
 */
export async function runSession(deps: LaneDeps, ref: SessionRef, signal: AbortSignal): Promise<void> {
  const known = deps.cache.get(ref.sessionId);
  const { lease: session, ...beside } = await deps.repository.acquire({
    tenant_id: ref.tenantId,
    conversation_id: ref.conversationId,
    owner: OWNER,
    lease_ms: deps.config.LEASE_MS,
    known_seq: known?.doneSeq ?? null,
    memory_subject: known?.memory?.subject ?? null,
    history: deps.config.MAX_HISTORY_SIZE,
  });
  if (!session) return;
  deps.crash("acquired");
  const { tenantId, conversationId } = ref;
  const budget = createLaneBudget(deps, { tenantId, conversationId, fence: session.fence, linkId: beside.budget_link });
  const lane = new Lane(deps, ref, session, budget, cachedOrLoaded(session, known));
  lane.memoryVersion = beside.memory_version;
  const lease = holdLease(deps, ref, session.fence, signal, (seq) =>
    deps.stops.ask(turnIdOf(session.conversation_id, seq)),
  );
  try {
    await lane.work(lease.signal);
  } catch (error) {
    deps.cache.drop(ref.sessionId);
    await budget.abandon();
    await deps.repository.release(ref.tenantId, ref.sessionId, session.fence).catch(() => undefined);
    if (lease.lost()) return deps.counters.fenced.inc();
    throw new RetryableError("the turn did not finish", { cause: error, afterMs: 250 * session.tries });
  } finally {
    lease.stop();
    // The wake-up is acknowledged after the facts are out: until then it stands in for an outbox row.
    await Promise.allSettled(lane.facts);
    deps.crash("announced");
  }
}

function cachedOrLoaded(session: AcquiredSession, known: CachedSession | undefined): CachedSession {
  if (session.known && known) return known;
  return { doneSeq: session.done_seq, state: session.state, history: session.history ?? [], memory: null };
}

/** One session under one lease. */
class Lane {
  readonly facts: Promise<void>[] = [];
  /** Of the memory when the lease was taken, for its first turn; null = not known. */
  memoryVersion: string | null = null;
  /** The last words of the turn in hand: they are told together with its events. */
  private unsent: LiveEntry[] = [];
  /** Messages accepted so far, those that wait included. */
  private used: number;
  /** When the current node was entered, on this process's monotonic clock; the database told how long ago that was. */
  private enteredAt: number;
  /** A human has the session: messages are kept, and the agent is silent. Whoever takes it over or gives it back moves the fence. */
  private human: boolean;
  private hasTimer: boolean;

  constructor(
    private readonly deps: LaneDeps,
    private readonly ref: SessionRef,
    private readonly session: AcquiredSession,
    private readonly budget: LaneBudget,
    private current: CachedSession,
  ) {
    this.used = session.messages_used;
    this.enteredAt = performance.now() - session.seconds_in_node * 1_000;
    this.human = isHumanHandled(session);
    this.hasTimer = session.has_timer;
  }

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
      turns = await this.deps.repository.pending(this.ref.tenantId, this.session.conversation_id, this.current.doneSeq);
      this.used += turns.filter(({ kind }) => kind === "message").length;
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
    const run = dead ? null : await this.think(turn, stop, model).finally(() => stop.end());
    if (dead) stop.end();
    const remaining = session.max_messages === null ? null : session.max_messages - this.used + at.waiting;
    const settled = run
      ? settleTurn(run, {
          tenantId: this.ref.tenantId,
          session,
          turn,
          leaseMs: deps.config.LEASE_MS,
          remainingMessages: remaining,
          hasTimer: this.hasTimer,
        })
      : null;
    const item: CommitItem = {
      ...(settled?.item ?? this.givenUp(turn, dead ?? "the agent document cannot run")),
      ...this.budget.spent(),
      escalate_after: deps.config.ESCALATE_AFTER_FAILED_TURNS,
    };
    deps.crash("before_commit");
    const answer = await commitTurn(deps, item, at.signal);
    deps.crash("committed");
    if (answer.outcome === "fenced") return answer;
    if (item.failed && turn.kind === "message") this.used -= 1;
    if (item.escalation) this.human = true;
    else if (turn.kind === "handed_back") this.human = false;
    if (item.timer_seconds !== undefined) this.hasTimer = item.timer_seconds !== null;
    if (item.node_changed) this.enteredAt = performance.now();
    this.current = {
      ...this.current,
      doneSeq: turn.seq,
      state: run && !run.failed ? run.state : this.current.state,
      history: [...this.current.history, ...(settled?.history ?? [])].slice(-deps.config.MAX_HISTORY_SIZE),
    };
    deps.cache.put(this.ref.sessionId, this.current);
    const ms = performance.now() - started;
    const announced = { item, answer, run, result: settled?.result ?? null, ms, unsent: this.unsent.splice(0) };
    this.facts.push(announceTurn(deps, { ref: this.ref, session }, turn, announced));
    return answer;
  }

  /** The engine and its model calls. Null = the stored version cannot run at all. */
  private async think(turn: PendingTurn, stop: TurnStop, model: Model): Promise<TurnRun | null> {
    const { deps, session } = this;
    let definition: Definition;
    try {
      // After a transfer the state says which document it is in.
      const { agentId, version } = this.current.state?.agent ?? {
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
    const at = { tenantId: this.ref.tenantId, session, current: this.memoryVersion };
    this.memoryVersion = null;
    this.current.memory = await recallMemory(deps.bus, at, this.current.memory);
    const turnId = turnIdOf(session.conversation_id, turn.seq);
    const live = createLiveWriter(
      deps.redis.live,
      this.ref.sessionId,
      turnId,
      session.fence,
      deps.config.DELTA_WINDOW_MS,
    );
    const reader: FileReader = {
      fileHeads: (...question) => deps.repository.fileHeads(...question),
      maxCharacters: deps.config.ATTACHED_TEXT_CHARACTERS,
    };
    this.current.history = await describeFiles(reader, this.ref, this.current.history);
    const user = await describeFiles(reader, this.ref, historyOf(turn));
    const variables = { ...this.current.state?.variables };
    const secondsInNode = (performance.now() - this.enteredAt) / 1_000;
    const event = turnEvent(turn, { secondsInNode, human: this.human });
    try {
      return await runTurn({
        definition,
        state: this.current.state,
        event,
        history: [
          ...historyFrom(this.current.history, {
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
              memory: this.current.memory?.block ?? null,
              handover: session.handover_summary,
              variables: () => variables,
              retrieve: this.retrieveFor(speaking, stop.signal),
              onWithheld: (rules) => noteWithheld(deps, this.ref, rules),
            }),
          callApi: createPerformApiCall({
            outbound: deps.outbound,
            tenantId: this.ref.tenantId,
            turnId,
            signal: stop.signal,
          }),
          loadAgent: createLoadAgent(deps, this.ref.tenantId),
        }),
        onStep: ({ effects }) => {
          for (const effect of effects) if (effect.type === "variables.set") Object.assign(variables, effect.values);
        },
      });
    } finally {
      this.unsent = live.close();
    }
  }

  private retrieveFor({ knowledge }: Definition, signal: AbortSignal): Retrieve | null {
    const { bus, logger, crash } = this.deps;
    const retrieve = createRetrieve(
      { bus, logger, budget: this.budget.embedding() },
      this.ref.tenantId,
      knowledge,
      signal,
    );
    if (retrieve === null) return null;
    return async (query, onDone) => {
      const found = await retrieve(query, onDone);
      crash("retrieved");
      return found;
    };
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
