import { type EscalationSettings, type LiveEntry, TerminalError, turnIdOf } from "@parley/contracts";
import type { Model } from "@parley/llm";
import {
  createLiveWriter,
  createLoadAgent,
  createPerform,
  createPerformApiCall,
  createPerformCall,
  createRetrieve,
  type Definition,
  type LiveWriter,
  runTurn,
  type TurnRun,
} from "@parley/turns";
import type { EngineState } from "@parley/workflow";
import { useAgentSecrets } from "../documents/agent-secrets.js";
import { describeFiles, type FileReader } from "./attached-files.js";
import { noteWithheld } from "./note-withheld.js";
import { type KnownMemory, recallMemory } from "./recall-memory.js";
import type { AcquiredSession, PendingTurn, SessionRef } from "./repository/turns.js";
import type { SessionBudget } from "./session-budget.js";
import type { SessionState } from "./session-state.js";
import type { TurnStop } from "./stops.js";
import { type MadeSummary, withSummary } from "./summarise-history.js";
import { historyFrom, historyOf, turnEvent } from "./turn-event.js";
import type { WorkerDeps } from "./worker-deps.js";

interface Leased {
  ref: SessionRef;
  session: AcquiredSession;
}

interface Asked {
  turn: PendingTurn;
  stop: TurnStop;
  model: Model;
  state: SessionState;
  budget: SessionBudget;
}

/** A turn that ran and is not yet committed. */
export interface Thought {
  run: TurnRun;
  /** The worker's state from now on, including the memory and files that were read. */
  state: SessionState;
  /** Streamed text to publish with the events. */
  unsent: LiveEntry[];
  escalation: EscalationSettings | undefined;
  /** Summary of what the model no longer sees; the commit writes it. */
  summary: MadeSummary | null;
  definition: Definition;
}

/** Runs one turn: the engine and its model calls. Null = the stored version cannot run at all. */
export async function think(deps: WorkerDeps, { ref, session }: Leased, asked: Asked): Promise<Thought | null> {
  const { turn, stop } = asked;
  const definition = await definitionFor(deps, { ref, session }, asked.state);
  if (definition === null) return null;
  const at = { tenantId: ref.tenantId, session, current: asked.state.memoryVersion };
  const memory = await recallMemory(deps.bus, at, asked.state.cached.memory);
  const turnId = turnIdOf(session.conversation_id, turn.seq);
  const live = createLiveWriter(deps.live, ref.sessionId, turnId, session.fence, deps.config.DELTA_WINDOW_MS);
  const reader: FileReader = {
    fileHeads: (...question) => deps.repository.fileHeads(...question),
    maxCharacters: deps.config.ATTACHED_TEXT_CHARACTERS,
  };
  const history = await describeFiles(reader, ref, asked.state.cached.history);
  const known = { ...asked.state, memoryVersion: null, cached: { ...asked.state.cached, memory, history } };
  const user = await describeFiles(reader, ref, historyOf(turn));
  const summary = deps.summaries.ready(ref.sessionId, known.cached.state);
  const state = withSummary(known.cached.state, summary, history);
  const secondsInNode = (performance.now() - known.cached.nodeEnteredAt) / 1_000;
  const shown = { welcome: session.link_policy.welcome_message, most: deps.config.MAX_HISTORY_SIZE };
  const variables = { ...state?.variables };
  try {
    const run = await runTurn({
      definition,
      state,
      event: turnEvent(turn, { secondsInNode, human: known.isHumanHandled }),
      history: [...historyFrom(history, shown), ...user],
      live,
      stopRequested: stop.requested,
      perform: performerOf(deps, { ref, session }, { ...asked, definition, state, live, turnId, variables, memory }),
      onStep: ({ effects }) => {
        for (const effect of effects) if (effect.type === "variables.set") Object.assign(variables, effect.values);
      },
    });
    const { escalation } = definition.workflow.document.workflow;
    // The agent keeps answering while a human is awaited: the session stays with the agent.
    const answers = run.escalation !== null && escalation?.while_waiting === "answer";
    const after = answers ? { ...run.state, escalated: null } : run.state;
    return { run: { ...run, state: after }, state: known, unsent: live.close(), escalation, summary, definition };
  } catch (error) {
    live.close();
    throw error;
  }
}

/** The document that the session is in; after a transfer its state says which. Null = unusable, and logged. */
async function definitionFor(
  deps: WorkerDeps,
  { ref, session }: Leased,
  { cached }: SessionState,
): Promise<Definition | null> {
  const { agentId, version } = cached.state?.agent ?? { agentId: session.agent_id, version: session.agent_version };
  try {
    return await deps.definitions(ref.tenantId, agentId, version);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    deps.logger.error({ err: error, sessionId: ref.sessionId, agentId, version }, "definition.unusable");
    return null;
  }
}

interface Performing extends Omit<Asked, "turn" | "state"> {
  definition: Definition;
  /** The state at the start of the turn. */
  state: EngineState | null;
  live: LiveWriter;
  turnId: string;
  /** Values as of the running step. */
  variables: Record<string, unknown>;
  memory: KnownMemory | null;
}

/** Carries out the effects of the turn's steps: model calls, API calls, other agents. */
function performerOf(deps: WorkerDeps, { ref, session }: Leased, turn: Performing): ReturnType<typeof createPerform> {
  const { tenantId } = ref;
  const { definition, live, turnId, variables, stop } = turn;
  const searching = { bus: deps.knowledge, logger: deps.logger, budget: turn.budget.embedding() };
  return createPerform({
    definition,
    modelCalls: (speaking) =>
      createPerformCall({
        model: turn.model,
        definition: speaking,
        policy: session.link_policy,
        live,
        signal: stop.signal,
        memory: turn.memory?.block ?? null,
        earlier: turn.state?.earlier?.text ?? null,
        handover: session.handover_summary,
        pageContext: session.page_context ?? null,
        variables: () => variables,
        retrieve: createRetrieve(searching, tenantId, speaking.knowledge, stop.signal),
        onWithheld: (rules) => noteWithheld(deps, ref, rules),
      }),
    callApi: createPerformApiCall({
      outbound: deps.outbound,
      tenantId,
      turnId,
      signal: stop.signal,
      secretsOf: (agentId, names) => useAgentSecrets(deps, { tenantId, agentId, names }),
    }),
    loadAgent: createLoadAgent(deps, tenantId),
  });
}
