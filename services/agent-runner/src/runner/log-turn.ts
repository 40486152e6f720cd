import type { Logger } from "@parley/observability";
import type { RecordedCall, TurnRun } from "@parley/turns";
import type { CommitItem } from "./repository/commit-item.js";

/** The turn that a log line is about. */
interface TurnIds {
  sessionId: string;
  turnId: string;
}

/**
 * Logs a committed turn: one line for the whole turn; at debug also one for each model call, transition and extraction.
 * Logs ids, numbers and names of the agent document, never values or text: those are the visitor's.
 *
 * @param ms from the start of the turn to its commit, milliseconds
 */
export function logTurn(
  logger: Logger,
  { sessionId, turnId }: TurnIds,
  { item, run, ms }: { item: CommitItem; run: TurnRun | null; ms: number },
): void {
  const transitions = run?.outcome?.transitions ?? [];
  logger.info(
    {
      ...{
        sessionId,
        turnId,
        kind: item.kind,
        failed: item.failed,
        nodeId: item.failed === null ? item.node_id : null,
      },
      ...{ ms: Math.round(ms), transitions: transitions.length, modelCalls: run?.calls.length ?? 0 },
      ...{ modelMs: Math.round(run?.latencyMs ?? 0), inputTokens: run?.usage.input_tokens ?? 0 },
      outputTokens: run?.usage.output_tokens ?? 0,
    },
    "turn.committed",
  );
  if (!logger.isLevelEnabled("debug")) return;
  for (const call of run?.calls ?? []) logCall(logger, { sessionId, turnId }, call);
  for (const { from_node: from, to_node: to } of transitions)
    logger.debug({ sessionId, turnId, from, to }, "turn.transition");
}

function logCall(logger: Logger, { sessionId, turnId }: TurnIds, call: RecordedCall): void {
  const { type, node_id: nodeId, model, latency_ms: ms, usage, failed, result } = call;
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage ?? { input_tokens: 0, output_tokens: 0 };
  logger.debug({ sessionId, turnId, type, nodeId, model, ms, inputTokens, outputTokens, failed }, "turn.called");
  if (result?.type !== "extraction") return;
  const names = Object.keys(result.values).filter((name) => (result.values[name] ?? null) !== null);
  logger.debug({ sessionId, turnId, nodeId, names }, "turn.extracted");
}
