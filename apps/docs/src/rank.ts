import type { SearchEntry } from "./site/search-index.js";

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

/** The words of heading, page and text, taken apart once: a question comes with every key. */
const prepared = new WeakMap<SearchEntry, readonly [section: string, page: string, text: string]>();

function wordsIn(entry: SearchEntry) {
  const known = prepared.get(entry);
  if (known !== undefined) return known;
  const joined = (text: string): string => ` ${wordsOf(text).join(" ")} `;
  const words = [joined(entry.section), joined(entry.page), joined(entry.text)] as const;
  prepared.set(entry, words);
  return words;
}

/** How well words answer one word: it is among them, it begins one of them, or not. */
function weight(words: string, word: string): number {
  if (words.includes(` ${word} `)) return 2;
  return words.includes(` ${word}`) ? 1 : 0;
}

/** Sections that have every word of the question, the best first: a word of a title counts more than one of the text. */
export function rank(entries: readonly SearchEntry[], question: string): SearchEntry[] {
  const asked = wordsOf(question);
  if (asked.length === 0) return [];
  return entries
    .map((entry) => {
      const [section, page, text] = wordsIn(entry);
      const marks = asked.map((word) => 8 * weight(section, word) + 5 * weight(page, word) + weight(text, word));
      const whole = marks.some((mark) => mark === 0) ? 0 : marks.reduce((sum, mark) => sum + mark, 0);
      // A guide before the decision that led to it, and before the messages inside the product.
      return { entry, mark: /^\/docs\/(adr\/|events)/.test(entry.at) ? whole / 4 : whole };
    })
    .filter(({ mark }) => mark > 0)
    .sort((one, other) => other.mark - one.mark)
    .slice(0, 10)
    .map(({ entry }) => entry);
}
