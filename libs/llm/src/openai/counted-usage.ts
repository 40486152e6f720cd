import { tokenBound } from "../input-bound.js";
import type { ModelUsage } from "../model-usage.js";

/** What one call sent and got, as far as it matters for counting. */
export interface Exchanged {
  /** Every text that was sent. */
  sent: readonly string[];
  /** The answer; empty for calls whose answer has no tokens. */
  said: string;
  /** More input tokens cannot have been read; made only where a server counts more than one token for each character. */
  inputBound(): number;
  /** Output tokens the server was asked to keep to; 0 where there is no output. */
  maxTokens: number;
}

/** Characters of a token, for estimates of calls that nobody counted. */
const CHARACTERS_PER_TOKEN = 4;
/** No tokenizer comes near so many characters a token over a whole text, repetitions left out: English has 4 to 5, the best Indic ones below 5. */
const FLOOR_CHARACTERS_PER_TOKEN = 8;

/**
 * What a call has used. The server's count holds where it can be true, and is raised to a floor that every tokenizer exceeds: a server
 * that counts nothing would lift every budget. A count that is missing, is no whole number, is negative, or exceeds what was sent and
 * allowed is replaced by an estimate, which says so.
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

/** What a server says, whatever it says. */
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

/** Fewer tokens than this the texts do not have. Looks closer only where `counted` is low. */
function floorOf(texts: readonly string[], counted: number): number {
  if (lengthOf(texts) <= counted * FLOOR_CHARACTERS_PER_TOKEN) return 0;
  const characters = texts.reduce((sum, text) => sum + charactersOf(text), 0);
  return Math.ceil(characters / FLOOR_CHARACTERS_PER_TOKEN);
}

/** Three and more of the same are one: a run of spaces or dashes is one token. By code units: a seventh of what a pattern takes. */
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
