import type { StepOutcome, TestStep } from "@parley/contracts";
import { type Definition, type HistoryItem, type PerformCall, runTurn, type TurnRun } from "@parley/turns";
import type { EngineState, StepResult } from "@parley/workflow";
import { silentLive } from "./silent-live.js";

interface PlayerDeps {
  /** The document in control; another one after a transfer. */
  definition(): Definition;
  /** What the visitor reads before the opening. */
  greeting?: string | null;
  perform: PerformCall;
  signal: AbortSignal;
  /** Gets each step of the engine, before its effects are carried out. */
  onStep(result: StepResult): void;
}

/** A conversation with a document in memory: nothing is stored, and only `perform` has side effects. */
export class Player {
  state: EngineState | null = null;
  /** Current variable values, including those of a running turn. */
  readonly variables: Record<string, unknown> = {};
  private readonly history: HistoryItem[] = [];

  constructor(private readonly deps: PlayerDeps) {
    const { greeting } = deps;
    if (greeting?.trim()) this.history.push({ role: "assistant", content: greeting, node_id: null });
  }

  /** One turn; step 0 is the opening. Throws what `perform` throws, and the reason of the signal. */
  async turn(index: number, step: TestStep): Promise<TurnRun> {
    const { definition, perform, signal, onStep } = this.deps;
    // Neither engine nor scripted model ever yields: let other work of the process, and the deadline, run.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (step.say !== undefined) this.history.push({ role: "user", content: step.say, node_id: null });
    const run = await runTurn({
      definition: definition(),
      state: this.state,
      event: eventOf(index, step),
      history: this.history,
      perform,
      live: silentLive(),
      onStep: (result) => {
        for (const effect of result.effects) {
          if (effect.type === "variables.set") Object.assign(this.variables, effect.values);
        }
        onStep(result);
      },
    });
    if (run.outcome !== null) {
      this.state = run.state;
      for (const { content, node_id } of run.outcome.messages)
        this.history.push({ role: "assistant", content, node_id });
    }
    return run;
  }
}

/** The outcome of a turn in the form of an expectation; null = it has no outcome. */
export function outcomeOf(index: number, { state, outcome, calls }: TurnRun): StepOutcome | null {
  if (outcome === null) return null;
  const entered = outcome.transitions.map(({ to_node }) => to_node);
  return {
    path: index === 0 ? [outcome.previous_node_id, ...entered] : entered,
    node: outcome.node_id,
    reply: outcome.response,
    variables: state.variables,
    model_calls: calls.filter(({ type }) => type.startsWith("llm.")).length,
    ended: outcome.session_ended,
  };
}

function eventOf(index: number, step: TestStep): Parameters<typeof runTurn>[0]["event"] {
  const secondsInNode = step.after_seconds ?? 0;
  const human = step.human === undefined ? {} : { human: step.human };
  if (index === 0) return { type: "session.opened" };
  if (step.event === "timer") return { type: "timer.fired", secondsInNode, ...human };
  if (step.event === "hand_back") return { type: "handed_back" };
  return { type: "user.message", text: step.say ?? "", secondsInNode, ...human };
}
