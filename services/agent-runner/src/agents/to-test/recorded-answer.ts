import type { TestAnswer, TransitionInfo } from "@parley/contracts";
import type { RecordedCall } from "@parley/turns";
import type { Redactor } from "./redact.js";

/** A recorded call as answers of a test; none for a transfer. `taken`: the transitions of its turn. */
export function answerOf(
  call: Pick<RecordedCall, "type" | "node_id" | "result" | "failed">,
  taken: readonly Pick<TransitionInfo, "condition">[],
  redactor: Redactor,
): TestAnswer[] {
  const kind = KIND[call.type];
  if (kind === null) return [];
  const at = { call: kind, node: call.node_id };
  const { result } = call;
  if (call.failed !== null || result === null) return [{ ...at, failed: call.failed ?? "internal" }];
  switch (result.type) {
    case "reply":
      return [{ ...at, text: redactor.text(result.text) }];
    case "extraction":
      return [{ ...at, values: redacted(redactor, result.values) }];
    case "classification": {
      const matches = Array.isArray(result.matches) ? result.matches : [result.matches];
      // A test names one intent: of several matches, the one that was followed.
      const followed = matches.find(({ intent }) =>
        taken.some(({ condition }) => condition === `global_intent:${intent}`),
      );
      const best = followed ?? matches[0];
      return [{ ...at, intent: best?.intent ?? null, confidence: within(best?.confidence) }];
    }
    case "api":
      return [{ ...at, status: result.status, body: redactor.text(result.body) }];
    case "agent":
      return [];
  }
}

const KIND = {
  "llm.reply": "reply",
  "llm.extract": "extract",
  "llm.classify": "classify",
  "api.call": "api",
  "agent.load": null,
} as const;

/** The engine treats a confidence outside 0–1 as no match, like 0. */
const within = (confidence: number | undefined): number =>
  confidence !== undefined && confidence >= 0 && confidence <= 1 ? confidence : 0;

const redacted = (redactor: Redactor, values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, redactor.value(value)]));
