import type { AgentTest, StepOutcome, TestedStep, TestStep } from "@parley/contracts";
import type { Model } from "@parley/llm";
import {
  CallFailed,
  createPerformCall,
  type Definition,
  type HistoryItem,
  type PerformCall,
  runTurn,
  type TurnRun,
} from "@parley/turns";
import type { CallEffect, EngineState, ModelCall } from "@parley/workflow";
import { createAnswerBook, NoAnswer } from "./answer-book.js";
import { reasonsAgainst } from "./check-step.js";
import type { Coverage } from "./coverage.js";
import { silentLive } from "./silent-live.js";

interface TestDeps {
  definition: Definition;
  /** Answers where the test has no answers of its own. */
  model: Model;
  signal: AbortSignal;
  coverage: Coverage;
}

/** Plays one test: the opening, then each step, until one cannot go on. Touches nothing but the model it is given. */
export async function runTest(deps: TestDeps, test: AgentTest): Promise<TestedStep[]> {
  const player = new Player(deps, test);
  const tested: TestedStep[] = [await player.play(0, { ...test.opening })];
  for (const [index, step] of test.steps.entries()) {
    if (player.stuck) break;
    tested.push(await player.play(index + 1, step));
  }
  return tested;
}

class Player {
  /** A step had no outcome: what follows would be told about another session. */
  stuck = false;
  private state: EngineState | null = null;
  private readonly history: HistoryItem[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly perform: PerformCall;

  constructor(
    private readonly deps: TestDeps,
    test: AgentTest,
  ) {
    const { definition, model, signal } = deps;
    const book = createAnswerBook(test.answers ?? []);
    const scripted = createPerformCall({
      model,
      definition: { ...definition, scripted: { ...definition.scripted, pace_ms: 0 } },
      policy: {},
      variables: () => this.variables,
      memory: null,
      signal,
      live: silentLive(),
    });
    this.perform = async (call, history, note) => {
      const answer = book.take(call);
      if (answer !== null) return answer;
      // Another agent is another document: its behaviour cannot be a property of this one.
      if (call.type === "agent.load") throw new CallFailed("not_in_tests");
      if (!isModelCall(call) || book.speaksForModel) throw new NoAnswer(call);
      return scripted(call, history, note);
    };
  }

  async play(index: number, step: TestStep): Promise<TestedStep> {
    const say = step.say ?? null;
    const stopped = (reason: string): TestedStep => {
      this.stuck = true;
      return { step: index, say, passed: false, reasons: [reason], got: null };
    };
    if (this.state?.ended) return stopped("the session had ended before this step");
    // Neither engine nor scripted model ever waits for anything: here other work of the process, and the deadline, get their turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (say !== null) this.history.push({ role: "user", content: say, node_id: null });
    let run: TurnRun;
    try {
      run = await this.turn(index, step);
    } catch (error) {
      if (error instanceof NoAnswer) return stopped(error.message);
      if (this.deps.signal.aborted) return stopped("the time for all tests was used up");
      throw error;
    }
    if (run.outcome === null) return stopped(`the turn failed with ${run.failed}`);
    const got = this.take(index, run, run.outcome);
    const reasons = reasonsAgainst(step.expect ?? {}, got);
    return { step: index, say, passed: reasons.length === 0, reasons, got };
  }

  private turn(index: number, step: TestStep): Promise<TurnRun> {
    this.deps.signal.throwIfAborted();
    return runTurn({
      definition: this.deps.definition,
      state: this.state,
      event: eventOf(index, step),
      history: this.history,
      perform: this.perform,
      live: silentLive(),
      onStep: ({ effects }) => {
        for (const effect of effects) {
          if (effect.type === "variables.set") Object.assign(this.variables, effect.values);
          if (effect.type === "transition") this.deps.coverage.take(effect.transition);
        }
      },
    });
  }

  private take(index: number, run: TurnRun, outcome: NonNullable<TurnRun["outcome"]>): StepOutcome {
    this.state = run.state;
    for (const { content, node_id } of outcome.messages) this.history.push({ role: "assistant", content, node_id });
    const entered = outcome.transitions.map(({ to_node }) => to_node);
    if (index === 0) this.deps.coverage.enter(outcome.previous_node_id);
    return {
      path: index === 0 ? [outcome.previous_node_id, ...entered] : entered,
      node: outcome.node_id,
      reply: outcome.response,
      variables: run.state.variables,
      model_calls: run.calls.filter(({ type }) => type.startsWith("llm.")).length,
      ended: outcome.session_ended,
    };
  }
}

const isModelCall = (call: CallEffect): call is ModelCall => call.type !== "api.call" && call.type !== "agent.load";

function eventOf(index: number, step: TestStep): Parameters<typeof runTurn>[0]["event"] {
  const secondsInNode = step.after_seconds ?? 0;
  const human = step.human === undefined ? {} : { human: step.human };
  if (index === 0) return { type: "session.opened" };
  if (step.event === "timer") return { type: "timer.fired", secondsInNode, ...human };
  if (step.event === "hand_back") return { type: "handed_back" };
  return { type: "user.message", text: step.say ?? "", secondsInNode, ...human };
}
