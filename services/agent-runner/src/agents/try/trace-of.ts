import type { TestStep, TracedTurn, TurnResult } from "@parley/contracts";
import type { RecordedCall, TurnRun } from "@parley/turns";
import { traceTurn } from "../trace/trace-turn.js";
import type { Told } from "./deps.js";

interface TracedTry {
  index: number;
  input: TestStep;
  told: Told;
  made: readonly RecordedCall[];
  run: TurnRun | null;
  error: string | null;
  startedAt: number;
  startNode: string;
}

/** A step in the form of a turn in a session's trace, so that both look alike. */
export function traceOf({ index, input, told, made, run, error, startedAt, startNode }: TracedTry): TracedTurn {
  const kind = index === 0 ? "open" : input.event === "hand_back" ? "handed_back" : (input.event ?? "message");
  const traced = traceTurn(
    "try",
    {
      ...{ seq: index, kind, content: input.say ?? "", error_code: error },
      status: run?.outcome ? "done" : "failed",
      result: run?.outcome ? resultOf(run, kind, run.outcome) : null,
      trace: { calls: run?.calls ?? [...made], warnings: run?.warnings ?? [], logs: run?.logs ?? [] },
      ...{ created_at: new Date(startedAt).toISOString(), done_at: new Date().toISOString() },
    },
    {
      ...{ turn: noTurn(index, kind), run, missing: null, transitions: told.transitions },
      ...{ conditions: told.conditions, startNode, answered: 0 },
    },
  );
  // For an unfinished step, the path up to that point is known.
  return {
    ...traced,
    transitions: told.transitions,
    nodes: [startNode, ...told.transitions.map((to) => to.to_node)],
    conditions_unknown: false,
  };
}

const noTurn = (seq: number, kind: string) => ({
  ...{ seq, kind, content: "", status: "done" as const, error_code: null },
  ...{ result: null, trace: null, created_at: "", done_at: null },
});

function resultOf(run: TurnRun, kind: string, outcome: NonNullable<TurnRun["outcome"]>): TurnResult {
  const { response, messages, node_id, node_name, previous_node_id, previous_node_name } = outcome;
  return {
    ...{ turn_id: "try", kind: kind as TurnResult["kind"], response, messages, node_id, node_name },
    ...{ previous_node_id, previous_node_name, transitions: outcome.transitions },
    ...{ extracted_variables: outcome.extracted_variables, session_ended: outcome.session_ended },
    ...{ turn_number: outcome.turn_number, latency_ms: run.latencyMs, usage: run.usage, remaining_messages: null },
  };
}
