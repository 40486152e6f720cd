import type { Usage } from "@parley/contracts";
import type { ModelPurpose, UsageMetrics } from "@parley/llm";
import type { RecordedCall } from "@parley/turns";

/** Counts the recorded usage of a committed turn: each model call, and the embeddings of its queries. */
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
