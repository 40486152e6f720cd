import type { ExtractRequest, ModelMessage } from "../model.js";
import { matchPattern } from "./match-pattern.js";
import { keywords } from "./words.js";

/** Values for the requested variables from what the user said; the newest statement wins; null = not found. */
export function findValues({ variables, messages, hints }: ExtractRequest): Record<string, unknown> {
  const rules = [hints.scripted?.extract ?? []].flat();
  return Object.fromEntries(
    variables.map(({ name, prompt }) => {
      const patterns = rules.flatMap((rule) => (Object.hasOwn(rule, name) ? [rule[name] ?? []].flat() : []));
      const value = patterns.length > 0 ? byPatterns(patterns, messages) : byName(name, prompt, messages);
      return [name, value];
    }),
  );
}

function byPatterns(patterns: string[], messages: ModelMessage[]): string | null {
  for (const text of userTexts(messages)) {
    for (const pattern of patterns) {
      const match = matchPattern(pattern, text);
      const value = (match?.[1] ?? match?.[0] ?? "").trim();
      if (value !== "") return value;
    }
  }
  return null;
}

type Finder = (text: string) => string | null;

/** Finders by words of the variable's name; the first kind that fits decides. */
const KINDS: readonly (readonly [name: RegExp, find: Finder])[] = [
  [/e_?mail/, first(/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/iu)],
  [/(?:^|_)(?:zip|postal|postcode|plz)/, first(/(?<![\d+-])(\d{5}(?:-\d{4})?|\d{4})(?![\d-])/)],
  [/(?:^|_)(?:phone|mobile|telephone|tel|callback)(?:_|$)/, first(/(\+?\d[\d ()./-]{5,}\d)/)],
  [/(?:^|_)(?:birth|dob)|(?:^|_)(?:date|day|weekday)(?:_|$)/, dateIn],
  [
    /(?:^|_)(?:time|hour)(?:_|$)/,
    first(
      /\b((?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s?[ap]m)?|(?:1[0-2]|[1-9])\s?[ap]m|noon|midnight|morning|afternoon|evening)\b/i,
    ),
  ],
  [/(?:^|_)(?:rating|score|stars?)(?:_|$)/, first(/\b(10|[0-9])\b/)],
  [
    /(?:^|_)(?:number|count|quantity|amount|age|total|order|id|reference)(?:_|$)/,
    first(/#?((?:[A-Z]{1,5}-?)?\d[\d.,-]*\d|\d)/),
  ],
  [/first_?name|given_?name/, (text) => nameIn(text)?.split(" ")[0] ?? null],
  [/last_?name|surname|family_?name/, (text) => nameIn(text)?.split(" ").slice(1).join(" ") || null],
  [/(?:^|_)name$/, nameIn],
  [/^sentiment$/, feelingIn],
  [
    /(?:^|_)(?:reason|issue|problem|question|topic|message|request|description|comment|comments|feedback|symptoms?)(?:_|$)/,
    wholeText,
  ],
];

function byName(name: string, prompt: string, messages: ModelMessage[]): string | null {
  const key = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_");
  const find = KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? stated(key);
  for (const text of userTexts(messages)) {
    const value = find(text);
    if (value !== null) return value;
  }
  return answered(`${key.replaceAll("_", " ")} ${prompt}`, messages);
}

/** Newest first. */
function userTexts(messages: ModelMessage[]): string[] {
  return messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => content)
    .reverse();
}

function first(pattern: RegExp): Finder {
  return (text) => {
    const match = pattern.exec(text);
    return (match?.[1] ?? match?.[0])?.trim() ?? null;
  };
}

function wholeText(text: string): string | null {
  return text.trim().slice(0, 500) || null;
}

const DISLIKES =
  /\b(?:bad|terrible|awful|horrible|poor|worst|angry|annoy\w*|disappoint\w*|useless|rude|unhappy|upset|waited|too (?:long|slow|late)|not (?:good|happy|great))\b/i;
const LIKES =
  /\b(?:thanks?|thank you|great|good|perfect|excellent|love\w*|lovely|wonderful|friendly|kind|happy|helpful)\b/i;

function feelingIn(text: string): string | null {
  if (DISLIKES.test(text)) return "negative";
  return LIKES.test(text) ? "positive" : null;
}

const WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const DATE = new RegExp(
  `\\b(\\d{4}-\\d{2}-\\d{2}|\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}|${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?|` +
    `\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}(?: \\d{4})?|(?:next |this )?${WEEKDAY}|day after tomorrow|tomorrow|today)\\b`,
  "i",
);

function dateIn(text: string): string | null {
  return DATE.exec(text)?.[1] ?? null;
}

const WORD = "[\\p{L}][\\p{L}'’-]*";
/** After these words anything is a name; after the weaker ones only what is spelled like one. */
const NAMED = new RegExp(
  `\\b(?:my name is|my name's|name is|call me|ich heiße|mein name ist|name:)\\s+(${WORD}(?:\\s+(?!and\\b|from\\b|but\\b|or\\b|my\\b)${WORD})?)`,
  "iu",
);
const INTRODUCED = new RegExp(
  `(?:\\b[Ii]['’]m|\\b[Ii] am|\\b[Tt]his is|\\b[Hh]ere is)\\s+((?=\\p{Lu})${WORD}(?:\\s+(?=\\p{Lu})${WORD})?)`,
  "u",
);
const BARE = new RegExp(`^\\s*(?:it['’]?s\\s+)?((?=\\p{Lu})${WORD}(?:\\s+(?=\\p{Lu})${WORD})?)\\s*(?:[,.!]|$)`, "u");
const NO_NAMES =
  /^(?:hi|hello|hey|yes|no|ok|okay|sure|thanks?|thank you|please|good|the|a|an|i|what|how|why|when|where|who|can|could|do|is|help|it|my|we)(?:\s|$)/i;

function nameIn(text: string): string | null {
  const found = NAMED.exec(text)?.[1] ?? INTRODUCED.exec(text)?.[1] ?? bareName(text);
  if (found === undefined) return null;
  return found
    .split(/\s+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

/** “Jack, 30301”: an answer that begins with one or two capitalised words. */
function bareName(text: string): string | undefined {
  const name = BARE.exec(text)?.[1];
  return name === undefined || NO_NAMES.test(name) ? undefined : name;
}

/** “my company is Acme”, “company: Acme” for a variable `company`. */
function stated(key: string): Finder {
  const words = key
    .split("_")
    .filter((word) => word !== "")
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<!\\p{L})${words.join("[\\s_-]+")}\\s*(?:is|are|=|:)\\s*([^,.;!?\\n]{1,80})`, "iu");
  return first(pattern);
}

/** A short answer to the assistant's question for exactly this value. */
function answered(what: string, messages: ModelMessage[]): string | null {
  const wanted = keywords(what);
  for (let at = messages.length - 1; at > 0; at--) {
    const answer = messages[at];
    const question = messages[at - 1];
    if (answer?.role !== "user" || question?.role !== "assistant" || !question.content.includes("?")) continue;
    const text = answer.content.trim();
    const asked = [...keywords(question.content)].some((word) => wanted.has(word));
    if (asked && text.length <= 80 && !text.endsWith("?")) return text.replace(/[.!]$/, "");
  }
  return null;
}
