import type { Usage } from "@parley/contracts";
import type { ModelPurpose, UsageMetrics } from "@parley/llm";
import type { RecordedCall } from "@parley/turns";

/** Counts what a committed turn has recorded: each call of the model, and the vectors of its questions. */
export function countUsage(metrics: UsageMetrics, { calls }: { calls: readonly RecordedCall[] }): void {
  const count = (purpose: ModelPurpose, used: Usage | null | undefined): void => {
    if (!used) return;
    metrics.count(purpose, { inputTokens: used.input_tokens, outputTokens: used.output_tokens, cost: used.cost });
  };
  for (const { usage, retrieval } of calls) {
    count("turn", usage);
    count("retrieval", retrieval?.embedding?.usage);
  }
}
