import { type Classified, matchesOf } from "./classify.js";
import type { Run } from "./run.js";
import type { IntentMatch, IntentOption } from "./types.js";

/**
 * The visitor's mood, as one more option of the classification for global intents: if the document has some, it costs no extra call. Its
 * priority is lower, so when a model finds both, the intent is followed.
 */
const NEGATIVE: IntentOption = {
  id: "sentiment:negative",
  description:
    "How the visitor sounds, whatever the message is about: angry, upset, frustrated, or disappointed with this service or conversation",
  examples: ["I am angry", "This is useless", "This is ridiculous", "I have had enough of this", "You are no help"],
};

/** Empty unless the document enables it. */
export function moodsOf({ workflow }: Run): IntentOption[] {
  if (workflow.negativeTurns === 0) return [];
  const least = Math.min(0, ...workflow.globalIntents.map(({ priority }) => priority));
  return [{ ...NEGATIVE, priority: least - 1 }];
}

/** Removes the mood from a classification, and counts it; the rest are intents. */
export function takeMood(run: Run, result: Classified): readonly IntentMatch[] {
  const matches = matchesOf(result);
  const { negativeTurns: most, globalThreshold } = run.workflow;
  if (most === 0) return matches;
  const mood = matches.find(({ intent }) => intent === NEGATIVE.id);
  const isNegative = mood !== undefined && mood.confidence >= globalThreshold && mood.confidence <= 1;
  const streak = isNegative ? (run.state.negativeTurns ?? 0) + 1 : 0;
  delete run.state.negativeTurns;
  // A reported streak starts over: a visitor who stays upset is reported again.
  if (streak >= most) run.effects.push({ type: "visitor.upset" });
  else if (streak > 0) run.state.negativeTurns = streak;
  return matches.filter((match) => match !== mood);
}
