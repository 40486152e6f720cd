import type { Classification, ClassifyRequest } from "../model.js";
import { matchPattern } from "./match-pattern.js";
import { keywords } from "./words.js";

export type Guess = Pick<Classification, "intent" | "confidence" | "also">;

/** Below this an intent does not match at all. */
const LEAST = 0.5;

/**
 * The author's keywords decide when there are any for an intent; the words of description, id and examples otherwise. Best first; all
 * that match only where the intents have priorities.
 */
export function guessIntent({ intents, text, hints }: ClassifyRequest): Guess {
  const rules = hints.scripted?.intents ?? {};
  const guesses = intents
    .map((intent) => {
      const own = Object.hasOwn(rules, intent.id) ? rules[intent.id] : undefined;
      const byRule = own?.some((rule) => mentions(text, rule)) ? 0.95 : 0;
      return { intent: intent.id, confidence: own === undefined ? overlap(intent, text) : byRule };
    })
    .toSorted((a, b) => b.confidence - a.confidence);
  const [best, ...others] = guesses;
  if (best === undefined || best.confidence < LEAST) return { intent: null, confidence: best?.confidence ?? 0 };
  const also = others.filter(({ confidence }) => confidence >= LEAST);
  return also.length > 0 && intents.some(({ priority }) => priority !== undefined) ? { ...best, also } : best;
}

/** A rule of letters only is a word or phrase and matches whole words; anything else is a regular expression. */
function mentions(text: string, rule: string): boolean {
  if (!/^[\p{L}\p{N}' -]+$/u.test(rule)) return matchPattern(rule, text) !== null;
  return matchPattern(`(?<![\\p{L}\\p{N}])${rule}(?![\\p{L}\\p{N}])`, text) !== null;
}

/** 0–0.99. One shared word with a description is a hint below every usual threshold (0.7), two are a match. */
function overlap({ id, description, examples }: ClassifyRequest["intents"][number], text: string): number {
  const said = keywords(text);
  if (said.size === 0) return 0;
  const byExample = examples.map((example) => similarity(said, keywords(example)));
  const named = shared(said, keywords(id.replace(/[^\p{L}\p{N}]+/gu, " ")));
  const described = shared(said, keywords(description));
  const byName = named >= 2 ? 0.9 : named === 1 ? 0.78 : 0;
  const byDescription = described >= 2 ? Math.min(0.9, 0.74 + 0.04 * described) : described === 1 ? 0.6 : 0;
  return round(Math.max(byName, byDescription, ...byExample));
}

/** Examples are short: most of one inside the text is a match, half of it a hint. */
function similarity(said: Set<string>, example: Set<string>): number {
  const common = shared(said, example);
  if (common === 0) return 0;
  const covered = common / example.size;
  const dice = (2 * common) / (said.size + example.size);
  if (covered >= 0.6) return Math.min(0.99, 0.8 + 0.19 * dice);
  return Math.min(0.74, 0.5 + 0.4 * dice);
}

function shared(left: Set<string>, right: Set<string>): number {
  let count = 0;
  for (const word of left) if (right.has(word)) count += 1;
  return count;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
