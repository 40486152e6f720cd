import { performance } from "node:perf_hooks";
import type { OpenAI } from "openai";
import { replyInputBound } from "../input-bound.js";
import type { ReplyOptions, ReplyRequest } from "../model.js";
import type { ModelUsage } from "../model-usage.js";
import { AttemptFailure, expired, factsOf, unusable } from "./attempt-failure.js";
import { countedUsage } from "./counted-usage.js";
import { createEventReader } from "./event-reader.js";
import { replyMessages } from "./reply-messages.js";
import { samplingOf } from "./sampling.js";
import type { Transport } from "./transport.js";
import type { Watchdog } from "./watchdog.js";

export interface StreamedReply {
  text: string;
  usage: ModelUsage;
  /** Measured from the start of the attempt. */
  firstTokenMs: number;
  finishReason: string;
}

/** Cuts off a provider that ignores `max_tokens`: no token has more than a few characters. */
const charactersFor = (maxTokens: number): number => maxTokens * 16 + 256;

interface Progress {
  text: string;
  /** The server's count, unvalidated; null = none yet. */
  counted: { input: unknown; output: unknown } | null;
  firstTokenMs: number;
  finishReason: string | null;
}

/** One streamed attempt. Throws AttemptFailure, which states whether text was already passed on. */
export async function streamReply(
  transport: Transport,
  { model, request, watchdog }: { model: string; request: ReplyRequest; watchdog: Watchdog },
  onDelta: ReplyOptions["onDelta"],
): Promise<StreamedReply> {
  const progress: Progress = { text: "", counted: null, firstTokenMs: 0, finishReason: null };
  const messages = replyMessages(request);
  const body = JSON.stringify({
    model,
    messages,
    ...samplingOf(model, request.settings),
    stream: true,
    stream_options: { include_usage: true },
  });
  let failure = null;
  try {
    const exchange = transport.post("/chat/completions", body, createReader({ request, watchdog, progress, onDelta }));
    watchdog.onOver(exchange.abort);
    await exchange.ended;
  } catch (error) {
    failure = factsOf(error);
  } finally {
    watchdog.end();
  }
  const { text, finishReason, firstTokenMs } = progress;
  const usage = countedUsage(progress.counted, {
    sent: messages.map(({ content }) => content),
    said: text,
    inputBound: () => replyInputBound(request),
    maxTokens: request.settings.max_tokens,
  });
  if (watchdog.caller.aborted) throw new AttemptFailure({ ...(failure ?? unusable("aborted")), usage });
  if (finishReason !== null && text !== "") return { text, usage, firstTokenMs, finishReason };
  const facts = watchdog.expired !== null ? expired(watchdog.expired) : (failure ?? incomplete(finishReason));
  throw new AttemptFailure({ ...facts, afterFirstToken: text !== "", ...(text === "" ? {} : { usage }) });
}

/** Compatible servers omit what the SDK's types promise, or answer with an error under a success status. */
type Chunk = Partial<OpenAI.ChatCompletionChunk> & { error?: unknown };

/** Reads the parts of an answer into `progress`; `false` when it is longer than requested. */
function createReader(attempt: {
  request: ReplyRequest;
  watchdog: Watchdog;
  progress: Progress;
  onDelta: ReplyOptions["onDelta"];
}): (part: Buffer) => boolean {
  const { request, watchdog, progress, onDelta } = attempt;
  const startedAt = performance.now();
  const limit = charactersFor(request.settings.max_tokens);
  const readEvents = createEventReader((data) => {
    if (watchdog.over || progress.text.length > limit || data.startsWith("[DONE]")) return;
    const chunk: Chunk = JSON.parse(data);
    if (chunk.error) throw new AttemptFailure(unusable("error_in_stream"));
    if (chunk.usage) progress.counted = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens };
    const choice = chunk.choices?.[0];
    const piece = choice?.delta?.content || choice?.delta?.refusal;
    if (piece) {
      if (progress.text === "") progress.firstTokenMs = performance.now() - startedAt;
      progress.text += piece;
      watchdog.progress();
      onDelta?.(piece);
    }
    if (choice?.finish_reason) {
      progress.finishReason = choice.finish_reason;
      watchdog.finishing();
    }
  });
  return (part) => {
    readEvents(part);
    if (progress.text.length > limit) progress.finishReason = "length";
    return progress.text.length <= limit;
  };
}

/** A stream that ended normally, but without an answer. */
function incomplete(finishReason: string | null): ReturnType<typeof unusable> {
  if (finishReason === null) return unusable("ended_early");
  // `length`: everything went into hidden reasoning; `content_filter`: refused. Both would recur.
  return unusable("empty_answer", finishReason !== "length" && finishReason !== "content_filter");
}
