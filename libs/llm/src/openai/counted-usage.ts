import { tokenBound } from "../input-bound.js";
import type { ModelUsage } from "../model-usage.js";

/** What one call sent and received, as far as it matters for counting. */
export interface Exchanged {
  /** Every text that was sent. */
  sent: readonly string[];
  /** The answer; empty for calls whose answer has no tokens. */
  said: string;
  /** Upper bound on the input tokens; computed only where a server counts more than one token per character. */
  inputBound(): number;
  /** Requested limit of output tokens; 0 where there is no output. */
  maxTokens: number;
}

/** Characters per token, for estimates of calls without reported usage. */
const CHARACTERS_PER_TOKEN = 4;
/** No tokenizer reaches this many characters per token over a text without repetitions: English has 4 to 5, the best Indic ones below 5. */
const FLOOR_CHARACTERS_PER_TOKEN = 8;

/**
 * Usage of a call. A plausible count of the server is used, raised to a floor that every tokenizer exceeds: a server
 * that counts nothing would lift every budget. A count that is missing, not a whole number, negative, or higher than what was sent and
 * allowed is replaced by an estimate, which is marked as such.
 */
export function countedUsage(counted: Counted | null, exchanged: Exchanged): ModelUsage {
  const { sent, said } = exchanged;
  const believed = believable(counted, exchanged);
  if (believed === null) {
    const tokens = (texts: readonly string[]): number => Math.ceil(lengthOf(texts) / CHARACTERS_PER_TOKEN);
    const doubt = counted === null ? "missing" : "unbelievable";
    return { inputTokens: tokens(sent), outputTokens: tokens([said]), estimated: true, doubt };
  }
  const { input, output } = believed;
  const inputTokens = Math.max(input, floorOf(sent, input));
  const outputTokens = Math.max(output, floorOf([said], output));
  const raised = inputTokens > input || outputTokens > output;
  return { inputTokens, outputTokens, ...(raised ? { doubt: "too_low" } : {}) };
}

/** The server's count, unvalidated. */
interface Counted {
  input: unknown;
  output: unknown;
}

function believable(
  counted: Counted | null,
  { sent, said, inputBound, maxTokens }: Exchanged,
): { input: number; output: number } | null {
  const [input, output] = [counted?.input, counted?.output];
  if (!isCount(input) || !isCount(output)) return null;
  const wasSent = input <= lengthOf(sent) || input <= inputBound();
  const wasSaid = output <= maxTokens || output <= tokenBound(said);
  return wasSent && wasSaid ? { input, output } : null;
}

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0);

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Lower bound on the tokens of the texts. Counts exactly only where `counted` is low. */
function floorOf(texts: readonly string[], counted: number): number {
  if (lengthOf(texts) <= counted * FLOOR_CHARACTERS_PER_TOKEN) return 0;
  const characters = texts.reduce((sum, text) => sum + charactersOf(text), 0);
  return Math.ceil(characters / FLOOR_CHARACTERS_PER_TOKEN);
}

/** Counts three or more equal characters as one: a run of spaces or dashes is one token. By code units: a seventh of a regex's time. */
function charactersOf(text: string): number {
  let count = 0;
  let before = -1;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    let character = text.charCodeAt(at);
    if (character >= 0xd800 && character < 0xdc00) character = text.codePointAt(at) ?? character;
    if (character > 0xffff) at += 1;
    run = character === before ? run + 1 : 1;
    before = character;
    if (run < 3) count += 1;
    else if (run === 3) count -= 1;
  }
  return count;
}
