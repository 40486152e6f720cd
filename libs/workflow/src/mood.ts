import { type Classified, matchesOf } from "./classify.js";
import type { Run } from "./run.js";
import type { IntentMatch, IntentOption } from "./types.js";

/**
 * How the visitor sounds, as one more option of the classification that global intents make: where the document has some, it costs no
 * call of its own. Its priority is below theirs, so a model that finds both names both, and the intent is followed.
 */
const NEGATIVE: IntentOption = {
  id: "sentiment:negative",
  description:
    "How the visitor sounds, whatever the message is about: angry, upset, frustrated, or disappointed with this service or conversation",
  examples: ["I am angry", "This is useless", "This is ridiculous", "I have had enough of this", "You are no help"],
};

/** Empty where the document does not look for it. */
export function moodsOf({ workflow }: Run): IntentOption[] {
  if (workflow.negativeTurns === 0) return [];
  const least = Math.min(0, ...workflow.globalIntents.map(({ priority }) => priority));
  return [{ ...NEGATIVE, priority: least - 1 }];
}

/** Takes the mood out of what a classifier found, and counts it; the rest are intents. */
export function takeMood(run: Run, result: Classified): readonly IntentMatch[] {
  const matches = matchesOf(result);
  const { negativeTurns: most, globalThreshold } = run.workflow;
  if (most === 0) return matches;
  const mood = matches.find(({ intent }) => intent === NEGATIVE.id);
  const isNegative = mood !== undefined && mood.confidence >= globalThreshold && mood.confidence <= 1;
  const streak = isNegative ? (run.state.negativeTurns ?? 0) + 1 : 0;
  delete run.state.negativeTurns;
  // A streak that was told begins again: somebody who stays upset is heard again.
  if (streak >= most) run.effects.push({ type: "visitor.upset" });
  else if (streak > 0) run.state.negativeTurns = streak;
  return matches.filter((match) => match !== mood);
}
