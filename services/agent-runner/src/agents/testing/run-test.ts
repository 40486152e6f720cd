import type { AgentTest, TestedStep, TestStep } from "@parley/contracts";
import type { Model } from "@parley/llm";
import { CallFailed, createPerformCall, type Definition, type PerformCall, type TurnRun } from "@parley/turns";
import type { CallEffect, ModelCall } from "@parley/workflow";
import { createAnswerBook, NoAnswer } from "./answer-book.js";
import { reasonsAgainst } from "./check-step.js";
import type { Coverage } from "./coverage.js";
import { outcomeOf, Player } from "./player.js";
import { silentLive } from "./silent-live.js";

interface TestDeps {
  definition: Definition;
  /** Answers where the test has no answers of its own. */
  model: Model;
  signal: AbortSignal;
  coverage: Coverage;
}

/** Plays one test: the opening, then each step, until one cannot continue. Touches nothing but the model it is given. */
export async function runTest(deps: TestDeps, test: AgentTest): Promise<TestedStep[]> {
  const { definition, signal, coverage } = deps;
  const player: Player = new Player({
    definition: () => definition,
    signal,
    perform: performOf(deps, test, () => player.variables),
    onStep: ({ effects }) => {
      for (const effect of effects) if (effect.type === "transition") coverage.take(effect.transition);
    },
  });
  const tested: TestedStep[] = [];
  for (const [index, step] of [{ ...test.opening }, ...test.steps].entries()) {
    const done = await playStep(deps, player, index, step);
    tested.push(done);
    // A step without an outcome: what follows would be told about another session.
    if (done.got === null) break;
  }
  return tested;
}

function performOf(
  { definition, model, signal }: TestDeps,
  test: AgentTest,
  variables: () => Record<string, unknown>,
): PerformCall {
  const book = createAnswerBook(test.answers ?? []);
  const scripted = createPerformCall({
    model,
    definition: { ...definition, scripted: { ...definition.scripted, pace_ms: 0 } },
    policy: {},
    variables,
    memory: null,
    signal,
    live: silentLive(),
  });
  return async (call, history, note) => {
    const answer = book.take(call);
    if (answer !== null) return answer;
    // Another agent is another document: its behaviour cannot be a property of this one.
    if (call.type === "agent.load") throw new CallFailed("not_in_tests");
    if (!isModelCall(call) || book.speaksForModel) throw new NoAnswer(call);
    return scripted(call, history, note);
  };
}

async function playStep(
  { signal, coverage }: TestDeps,
  player: Player,
  index: number,
  step: TestStep,
): Promise<TestedStep> {
  const say = step.say ?? null;
  const stopped = (reason: string): TestedStep => ({ step: index, say, passed: false, reasons: [reason], got: null });
  if (player.state?.ended) return stopped("the session had ended before this step");
  let run: TurnRun;
  try {
    run = await player.turn(index, step);
  } catch (error) {
    if (error instanceof NoAnswer) return stopped(error.message);
    if (signal.aborted) return stopped("the time for all tests was used up");
    throw error;
  }
  const got = outcomeOf(index, run);
  if (got === null) return stopped(`the turn failed with ${run.failed}`);
  if (index === 0 && run.outcome) coverage.enter(run.outcome.previous_node_id);
  const reasons = reasonsAgainst(step.expect ?? {}, got);
  return { step: index, say, passed: reasons.length === 0, reasons, got };
}

const isModelCall = (call: CallEffect): call is ModelCall => call.type !== "api.call" && call.type !== "agent.load";
