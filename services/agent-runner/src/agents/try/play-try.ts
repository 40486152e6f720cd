import type { StepOutcome, TestAnswer, TestStep, TriedStep, Usage } from "@parley/contracts";
import type { Definition, TurnRun } from "@parley/turns";
import { outcomeOf, Player } from "../testing/player.js";
import { answerOf } from "../to-test/recorded-answer.js";
import type { Told, TryContext } from "./deps.js";
import { traceOf } from "./trace-of.js";
import { ApiWaits, createTryCalls, type TryCalls, type WaitsFor } from "./try-calls.js";

type TryStep = Pick<TestStep, "say" | "event" | "after_seconds" | "human"> & { answers?: TestAnswer[] | undefined };

export interface PlayedStep {
  /** In the form of a test step. */
  input: TestStep;
  step: TriedStep;
  /** Null = the step did not finish; it is the last one. */
  got: StepOutcome | null;
  usage: Usage;
  run: TurnRun | null;
  /** The step transferred the conversation to another agent. */
  transferred: boolean;
}

/** Plays steps until one waits, fails or ends the conversation. */
export async function playTry(context: TryContext, steps: TryStep[], signal: AbortSignal): Promise<PlayedStep[]> {
  let told: Told = { transitions: [], conditions: [] };
  const calls: TryCalls = createTryCalls(context, signal, () => player.variables);
  const player: Player = new Player({
    definition: () => calls.speaking(),
    greeting: context.greeting ?? null,
    signal,
    perform: calls.perform,
    onStep: ({ effects, tested }) => {
      for (const effect of effects) if (effect.type === "transition") told.transitions.push(effect.transition);
      told.conditions.push(...tested);
    },
  });
  const played: PlayedStep[] = [];
  for (const [index, { answers, ...given }] of steps.entries()) {
    if (player.state?.ended) break;
    told = { transitions: [], conditions: [] };
    calls.begin(answers ?? []);
    const input = index > 0 ? asSession(calls.speaking(), given) : {};
    const startedAt = Date.now();
    const ended = await endOf(player.turn(index, input), signal);
    const startNode = played.at(-1)?.step.node ?? context.definition.workflow.initialNode;
    const done = stepOf({ index, input, ended, told, calls, startedAt, startNode, player });
    played.push(done);
    if (done.got === null) break;
  }
  return played;
}

/** An agent that keeps answering while a human is awaited does so here, too. */
function asSession({ workflow }: Definition, step: TestStep): TestStep {
  const answers = workflow.document.workflow.escalation?.while_waiting === "answer";
  return answers && step.event !== "hand_back" ? { human: false, ...step } : step;
}

type Ended = { run: TurnRun } | { run: null; error: string | null; waits: WaitsFor | null };

async function endOf(turn: Promise<TurnRun>, signal: AbortSignal): Promise<Ended> {
  try {
    return { run: await turn };
  } catch (error) {
    if (error instanceof ApiWaits) return { run: null, error: null, waits: error.waitsFor };
    if (signal.aborted) return { run: null, error: "model_timeout", waits: null };
    throw error;
  }
}

interface Ending {
  index: number;
  input: TestStep;
  ended: Ended;
  told: Told;
  calls: TryCalls;
  startedAt: number;
  startNode: string;
  player: Player;
}

function stepOf(at: Ending): PlayedStep {
  const { index, input, ended, told, calls, player, startNode } = at;
  const { run } = ended;
  const got = run === null ? null : outcomeOf(index, run);
  const made = calls.made();
  const waits = ended.run === null ? ended.waits : null;
  const error = run === null ? (ended.run === null ? ended.error : null) : run.failed;
  // A failed step is tried again, so its failed calls are repeated.
  const kept = got === null ? made.filter(({ failed }) => failed === null) : made;
  const step: TriedStep = {
    step: index,
    status: got === null ? (waits === null ? "failed" : "waiting") : "done",
    error,
    waits_for: waits,
    node: got?.node ?? told.transitions.at(-1)?.to_node ?? startNode,
    messages: run?.outcome?.messages ?? [],
    variables: { ...player.variables },
    ended: got?.ended ?? false,
    human: player.state?.escalated != null && !answersAnyway(calls.speaking()),
    agent: calls.agent(),
    not_done: notDone(run),
    asked: calls.asked(),
    answers: kept.flatMap((call) => answerOf(call, told.transitions, { text: same, value: same })),
    trace: traceOf({ ...at, made, run, error }),
  };
  const transferred = made.some(({ type, failed }) => type === "agent.load" && failed === null);
  return { input, step, got, usage: run?.usage ?? calls.usage(), run, transferred };
}

const same = <T>(value: T): T => value;

const answersAnyway = ({ workflow }: Definition): boolean =>
  workflow.document.workflow.escalation?.while_waiting === "answer";

const notDone = (run: TurnRun | null): TriedStep["not_done"] => [
  ...(run?.webhooks ?? []).map(({ url }) => ({ kind: "webhook" as const, detail: url })),
  ...(run?.memoryNotes ?? []).map((note) => ({ kind: "memory" as const, detail: note })),
  ...(run?.escalation ? [{ kind: "escalation" as const, detail: run.escalation }] : []),
];
