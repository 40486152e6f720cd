import type { TracedTurn } from "@parley/contracts";
import type { RecordedCall } from "@parley/turns";
import type { TestedCondition } from "@parley/workflow";
import type { ReplayedTurn } from "../replay/replay-turns.js";
import type { RecordedTurn } from "../repository/recordings.js";

/** Longest body of an HTTP answer that a trace shows. */
const MAX_BODY = 2_000;

/** One turn with its explanation: what was recorded, and the conditions as a replay of the records evaluated them. */
export function traceTurn(conversationId: string, turn: RecordedTurn, replayed: ReplayedTurn | undefined): TracedTurn {
  const calls = turn.trace?.calls ?? [];
  const transitions = turn.result?.transitions ?? [];
  const start = turn.result?.previous_node_id ?? replayed?.startNode;
  const entered = transitions.map(({ to_node }) => to_node);
  const total = turn.done_at === null ? 0 : Math.max(0, Date.parse(turn.done_at) - Date.parse(turn.created_at));
  const model = timeOf(calls, isModelCall);
  const api = timeOf(calls, ({ type }) => type === "api.call");
  return {
    turn_id: `${conversationId}.${turn.seq}`,
    turn: turn.seq,
    kind: turn.kind,
    status: turn.status,
    error: turn.error_code,
    input: turn.content,
    response: turn.result?.response ?? null,
    nodes: start === undefined ? entered : [start, ...entered],
    transitions,
    conditions: (replayed?.conditions ?? []).map(conditionOf),
    calls: calls.map(callOf),
    variables: { ...turn.result?.extracted_variables },
    warnings: turn.trace?.warnings ?? [],
    logs: turn.trace?.logs ?? [],
    latency: { total_ms: total, model_ms: model, api_ms: api, other_ms: Math.max(0, total - model - api) },
    usage: turn.result?.usage ?? sumOf(calls),
    history_summary: turn.trace?.history_summary ?? null,
    conditions_unknown: turn.trace !== null && !replayed?.run,
    created_at: turn.created_at,
    done_at: turn.done_at,
  };
}

const isModelCall = ({ type }: Pick<RecordedCall, "type">): boolean => type.startsWith("llm.");

const timeOf = (calls: readonly RecordedCall[], which: (call: RecordedCall) => boolean): number =>
  calls.filter(which).reduce((sum, { latency_ms }) => sum + latency_ms, 0);

type Usage = TracedTurn["usage"];

/** An unknown cost makes the sum unknown. */
export const addUsage = (a: Usage, b: Usage): Usage => ({
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  cost: a.cost === null || b.cost === null ? null : a.cost + b.cost,
});

export const NO_USAGE: Usage = { input_tokens: 0, output_tokens: 0, cost: 0 };

const sumOf = (calls: readonly RecordedCall[]): Usage =>
  calls
    .flatMap(({ usage, retrieval }) => [usage, retrieval?.embedding?.usage])
    .reduce<Usage>((sum, usage) => (usage ? addUsage(sum, usage) : sum), NO_USAGE);

function conditionOf({ nodeId, condition, target, verdict, facts }: TestedCondition): TracedTurn["conditions"][number] {
  return { node_id: nodeId, condition, target, verdict, inputs: inputsOf(condition, facts) };
}

/** The few facts that a condition of this kind reads. */
function inputsOf(condition: string, facts: TestedCondition["facts"]): Record<string, unknown> {
  const [keyword] = condition.trim().split(":");
  switch (keyword) {
    case "user_responded":
    case "contains":
      return { text: facts.text };
    case "max_turns":
      return { node_turns: facts.nodeTurns };
    case "timeout":
      return { seconds_in_node: facts.secondsInNode };
    case "variables_extracted":
    case "extraction_failed":
    case "variable_equals":
      return { variables: facts.variables };
    case "intent":
      return { intent: facts.intent ?? null, classified: facts.intent !== undefined };
    case "api_success":
    case "api_failed":
    case "api_status":
    case "api_response_contains":
      return { api_status: facts.apiStatus ?? null };
    default:
      return {};
  }
}

function callOf({ result, prompt: _fingerprint, ...call }: RecordedCall): TracedTurn["calls"][number] {
  const shown =
    result?.type === "api" && result.body.length > MAX_BODY
      ? { ...result, body: `${result.body.slice(0, MAX_BODY)}…`, truncated: true }
      : result;
  return { ...call, result: shown };
}
