import type { CompiledNode, GlobalIntent, StandardNode } from "./compiled.js";
import { type Run, requestCall, warn } from "./run.js";
import type { CallResult, ClassifyCall, IntentMatch, IntentOption } from "./types.js";

/** Global intents that may fire from a node. */
export function activeGlobalIntents(run: Run, node: CompiledNode): GlobalIntent[] {
  return run.workflow.globalIntents.filter(
    ({ activeFrom, excludedFrom }) => (activeFrom === null || activeFrom.has(node.id)) && !excludedFrom.has(node.id),
  );
}

export function classifyGlobal(run: Run, node: CompiledNode, intents: readonly IntentOption[]): null {
  const call = classification(run, node, intents);
  return requestCall(
    run,
    { ...call, purpose: "global", contextMessages: run.workflow.globalMessages, contextScope: "conversation" },
    { kind: "classify.global", next: "work" },
  );
}

export function classifyNode(run: Run, node: StandardNode): null {
  const call = classification(run, node, node.intents);
  return requestCall(
    run,
    { ...call, purpose: "node", contextMessages: node.intentMessages, contextScope: node.intentScope },
    { kind: "classify.node", next: "leave" },
  );
}

function classification(run: Run, node: CompiledNode, intents: readonly IntentOption[]) {
  const isRanked = new Set(intents.map(({ priority = 0 }) => priority)).size > 1;
  return {
    type: "llm.classify" as const satisfies ClassifyCall["type"],
    nodeId: node.id,
    intents: intents.map(({ id, description, examples, priority = 0 }) => ({
      ...{ id, description, examples: [...examples] },
      ...(isRanked ? { priority } : {}),
    })),
    text: run.turn.text,
    model: run.workflow.extractionModel,
  };
}

export type Classified = Extract<CallResult, { type: "classification" }>;

export const matchesOf = ({ matches }: Classified): readonly IntentMatch[] =>
  "intent" in matches ? [matches] : matches;

/**
 * Of the intents at or above the threshold the one with the highest priority, then with the highest confidence, then the first in the
 * document: the confidence of one intent does not say which of two matters more. Null for every answer that cannot be trusted: an unknown
 * id, a confidence outside 0–1.
 */
export function bestMatch<Option extends IntentOption>(
  run: Run,
  answers: readonly IntentMatch[],
  options: readonly Option[],
  threshold: number,
): Option | null {
  const candidates: { option: Option; confidence: number }[] = [];
  for (const { intent, confidence } of answers) {
    if (intent === null) continue;
    const option = options.find(({ id }) => id === intent);
    if (!option || !(confidence >= 0 && confidence <= 1)) {
      warn(run, "classification_invalid", "the classifier gave an unknown intent or a confidence outside 0-1");
    } else if (confidence >= threshold) {
      candidates.push({ option, confidence });
    }
  }
  const order = (option: Option): number => options.indexOf(option);
  candidates.sort(
    (a, b) =>
      (b.option.priority ?? 0) - (a.option.priority ?? 0) ||
      b.confidence - a.confidence ||
      order(a.option) - order(b.option),
  );
  return candidates[0]?.option ?? null;
}
