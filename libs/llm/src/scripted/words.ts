const STOPWORDS = new Set(
  (
    "a an and are as at be been but by can could do does for from had has have he her hi his how i i'd i'll i'm i've if in is it its " +
    "just let like may me more my need of on or our out please she should so some than that the their them then there they this to " +
    "us user users visitor wants want was we were what when where which who will with would you your about asks ask something one"
  ).split(" "),
);

/** Words that a keyword matcher treats as equal. */
const SYNONYMS: Record<string, string> = {
  ...same("yes", "yeah yep yup sure ok okay correct right agree agreed confirm confirmed absolutely definitely"),
  ...same("no", "nope nah wrong incorrect disagree decline"),
  ...same("bye", "goodbye farewell ciao cheers"),
  ...same("human", "person agent representative operator someone colleague employee staff"),
  ...same("appointment", "appointments booking reservation"),
  ...same("schedule", "book reserve arrange"),
  ...same("cost", "price pay payment bill billing invoice charge fee"),
};

function same(canonical: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(" ").map((word) => [word, canonical]));
}

/** The meaningful words of a text: lower case, without stopwords and plain English endings, synonyms made equal. */
export function keywords(text: string): Set<string> {
  const words =
    text
      .toLowerCase()
      .normalize("NFC")
      .match(/[\p{L}\p{N}']+/gu) ?? [];
  return new Set(words.filter((word) => !STOPWORDS.has(word)).map((word) => canonical(word)));
}

function canonical(word: string): string {
  if (Object.hasOwn(SYNONYMS, word)) return SYNONYMS[word] ?? word;
  const stem = word.length > 4 ? word.replace(/(?:'s|ing|ed|es|s)$/, "") : word;
  return Object.hasOwn(SYNONYMS, stem) ? (SYNONYMS[stem] ?? stem) : stem;
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** A stable small number for a text (FNV-1a): picks among equally good sentences without any randomness. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
