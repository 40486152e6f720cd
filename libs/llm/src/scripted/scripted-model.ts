import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Model, ModelMessage, ReplyOptions, ReplyRequest } from "../model.js";
import { guessIntent } from "./classify.js";
import { findValues } from "./extract.js";
import { composeReply, type ScriptedReply } from "./reply.js";
import { countWords } from "./words.js";

export interface ScriptedModelOptions {
  /** Pause before each further word of a reply, in milliseconds; an agent's own `pace_ms` takes precedence. Default 0. */
  paceMs?: number;
  /** Answers are `echo(<last user text>)`, whatever the agent document says: for tests that compare every answer. */
  echo?: boolean;
}

/**
 * A simulated model: everything except the timing is a pure function of the request. It follows the agent's
 * `x-scripted` rules and has fallbacks for agents without any, so that the whole product works offline.
 */
export function createScriptedModel({ paceMs = 0, echo = false }: ScriptedModelOptions = {}): Model {
  const name = echo ? "scripted-echo" : "scripted";
  return {
    name,
    answeredBy: () => [name],
    reply: async (request, options) => {
      const startedAt = performance.now();
      options.signal.throwIfAborted();
      const { text: whole, status } = echo ? echoOf(request) : composeReply(request);
      if (status !== null) options.onStatus?.(status);
      const words = whole.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
      const spoken = words.slice(0, request.settings.max_tokens);
      const pause = request.hints.scripted?.pace_ms ?? paceMs;
      let firstTokenMs: number | null = null;
      await speak(spoken, pause, options, () => {
        firstTokenMs = performance.now() - startedAt;
      });
      return {
        text: spoken.join(""),
        usage: { inputTokens: wordsSeen(request), outputTokens: spoken.length },
        latencyMs: performance.now() - startedAt,
        ...{ firstTokenMs, model: name, finishReason: spoken.length < words.length ? "length" : "stop" },
      };
    },
    extract: async (request, { signal }) => {
      const startedAt = performance.now();
      signal.throwIfAborted();
      const values = findValues(request);
      const usage = { inputTokens: wordsIn(request.messages), outputTokens: request.variables.length };
      return { values, usage, latencyMs: performance.now() - startedAt, model: name };
    },
    classify: async (request, { signal }) => {
      const startedAt = performance.now();
      signal.throwIfAborted();
      const guess = guessIntent(request);
      const usage = { inputTokens: countWords(request.text) + wordsIn(request.messages), outputTokens: 1 };
      return { ...guess, usage, latencyMs: performance.now() - startedAt, model: name };
    },
  };
}

function echoOf({ messages }: ReplyRequest): ScriptedReply {
  return { text: `echo(${messages.findLast(({ role }) => role === "user")?.content ?? ""})`, status: null };
}

async function speak(
  words: string[],
  paceMs: number,
  { signal, onDelta }: ReplyOptions,
  onFirst: () => void,
): Promise<void> {
  for (const [at, word] of words.entries()) {
    if (at > 0 && paceMs > 0) await delay(paceMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    if (at === 0) onFirst();
    onDelta?.(word);
  }
}

const wordsSeen = ({ system, passages, messages }: ReplyRequest): number =>
  countWords(system) + countWords(passages ?? "") + wordsIn(messages);

function wordsIn(messages: ModelMessage[]): number {
  return messages.reduce((sum, { content }) => sum + countWords(content), 0);
}
