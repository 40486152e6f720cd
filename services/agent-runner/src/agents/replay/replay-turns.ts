import type { TransitionInfo } from "@parley/contracts";
import { type Definition, type HistoryItem, type RecordedEvent, runTurn, type TurnRun } from "@parley/turns";
import { type CallEffect, type EngineState, type TestedCondition, WorkflowError } from "@parley/workflow";
import type { RecordedSession, RecordedTurn } from "../repository/recordings.js";
import { silentLive } from "../testing/silent-live.js";
import { createRecordedAnswers, type LoadVersion, MissingCall } from "./recorded-answers.js";

export interface ReplayedTurn {
  turn: RecordedTurn;
  /** Null when the turn asked for a call that the records do not have. */
  run: TurnRun | null;
  missing: MissingCall["call"] | null;
  /** Transitions made so far, also when the turn got stuck. */
  transitions: TransitionInfo[];
  conditions: TestedCondition[];
  /** The node where the turn began. */
  startNode: string;
  /** Calls that were answered from the records. */
  answered: number;
}

/** Observes the calls of a replay's turns, with the conversation as it was. */
interface Listening {
  history(turn: RecordedTurn): readonly HistoryItem[];
  asked(turn: RecordedTurn, call: CallEffect, history: readonly HistoryItem[]): void;
}

/**
 * Runs the turns of a recorded session again in a version, one by one, with the recorded answers of every call. Turns that never
 * ran (given up, or refused because the session had ended) are skipped: they changed nothing. Ends after a turn that got stuck.
 */
export async function* replayTurns(
  session: Pick<RecordedSession, "has_initial_message">,
  turns: readonly RecordedTurn[],
  versions: { start: Definition; load: LoadVersion },
  listening?: Listening,
): AsyncGenerator<ReplayedTurn> {
  let state: EngineState | null = null;
  for (const turn of turns) {
    if (turn.trace === null) continue;
    // Nothing else in a replay yields: let other work of the process run.
    await new Promise((resolve) => setImmediate(resolve));
    const agent: EngineState["agent"] = state?.agent;
    const definition = agent ? await versions.load(agent.agentId, agent.version) : versions.start;
    const replayed = await replayTurn({ session, turn, state, definition, load: versions.load, listening });
    yield replayed;
    if (replayed.run === null) return;
    if (replayed.run.outcome !== null) state = replayed.run.state;
  }
}

interface Place {
  session: Pick<RecordedSession, "has_initial_message">;
  turn: RecordedTurn;
  state: EngineState | null;
  definition: Definition;
  load: LoadVersion;
  listening: Listening | undefined;
}

async function replayTurn({ session, turn, state, definition, load, listening }: Place): Promise<ReplayedTurn> {
  const answers = createRecordedAnswers(turn, load);
  const stopped = turn.result?.finish_reason === "stopped" || turn.error_code === "turn_stopped";
  const offset = turn.kind === "open" && session.has_initial_message ? 1 : 0;
  const replayed: ReplayedTurn = {
    turn,
    run: null,
    missing: null,
    transitions: [],
    conditions: [],
    startNode: state?.nodeId ?? definition.workflow.initialNode,
    answered: 0,
  };
  try {
    replayed.run = await runTurn({
      definition,
      state,
      event: eventOf(turn),
      history: listening?.history(turn) ?? [],
      perform: (call, history, note) => {
        listening?.asked(turn, call, history);
        return answers.perform(call, history, note);
      },
      live: silentLive((part) => turn.result?.messages[part + offset]?.content ?? ""),
      // A stop between two calls left no record of a call.
      stopRequested: () => stopped && answers.exhausted(),
      onStep: ({ effects, tested }) => {
        for (const effect of effects) if (effect.type === "transition") replayed.transitions.push(effect.transition);
        replayed.conditions.push(...tested);
      },
    });
  } catch (error) {
    if (!(error instanceof MissingCall || error instanceof WorkflowError)) throw error;
    if (error instanceof MissingCall) replayed.missing = error.call;
  }
  replayed.answered = answers.given();
  return replayed;
}

function eventOf(turn: RecordedTurn): Parameters<typeof runTurn>[0]["event"] {
  const recorded: RecordedEvent = turn.trace?.event ?? {
    type: turn.kind === "open" ? "session.opened" : "user.message",
    seconds_in_node: null,
  };
  const secondsInNode = recorded.seconds_in_node ?? 0;
  const human = recorded.human === undefined ? {} : { human: recorded.human };
  switch (recorded.type) {
    case "session.opened":
    case "handed_back":
      return { type: recorded.type };
    case "timer.fired":
      return { type: recorded.type, secondsInNode, ...human };
    case "user.message":
      return {
        type: recorded.type,
        text: turn.content,
        secondsInNode,
        ...human,
      };
  }
}
