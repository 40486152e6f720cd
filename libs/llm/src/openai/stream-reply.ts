import { performance } from "node:perf_hooks";
import type { OpenAI } from "openai";
import type { ModelUsage, ReplyOptions, ReplyRequest } from "../model.js";
import { AttemptFailure, expired, factsOf, unusable } from "./attempt-failure.js";
import { replyMessages } from "./reply-messages.js";
import { samplingOf } from "./sampling.js";
import type { Watchdog } from "./watchdog.js";

export interface StreamedReply {
  text: string;
  usage: ModelUsage;
  /** Measured from the start of the attempt. */
  firstTokenMs: number;
  finishReason: string;
}

/** A provider that ignores `max_tokens` is cut off here: no token has more than a few characters. */
const charactersFor = (maxTokens: number): number => maxTokens * 16 + 256;

interface Progress {
  text: string;
  usage: ModelUsage | null;
  firstTokenMs: number;
  finishReason: string | null;
}

/** One streamed attempt. Throws AttemptFailure, told apart by whether text was already handed out. */
export async function streamReply(
  client: OpenAI,
  { model, request, watchdog }: { model: string; request: ReplyRequest; watchdog: Watchdog },
  onDelta: ReplyOptions["onDelta"],
): Promise<StreamedReply> {
  const progress: Progress = { text: "", usage: null, firstTokenMs: 0, finishReason: null };
  let failure = null;
  try {
    await read(client, { model, request, watchdog }, progress, onDelta);
  } catch (error) {
    failure = factsOf(error);
  } finally {
    watchdog.end();
  }
  const { text, finishReason, firstTokenMs } = progress;
  const usage = progress.usage ?? estimate(request, text);
  if (watchdog.caller.aborted) throw new AttemptFailure({ ...(failure ?? unusable("aborted")), usage });
  if (finishReason !== null && text !== "") return { text, usage, firstTokenMs, finishReason };
  // The SDK ends an aborted stream silently, so the watchdog is asked before the error.
  const facts = watchdog.expired !== null ? expired(watchdog.expired) : (failure ?? incomplete(finishReason));
  throw new AttemptFailure({ ...facts, afterFirstToken: text !== "", ...(text === "" ? {} : { usage }) });
}

async function read(
  client: OpenAI,
  { model, request, watchdog }: { model: string; request: ReplyRequest; watchdog: Watchdog },
  progress: Progress,
  onDelta: ReplyOptions["onDelta"],
): Promise<void> {
  const startedAt = performance.now();
  const stream = await client.chat.completions.create(
    {
      model,
      messages: replyMessages(request),
      ...samplingOf(model, request.settings),
      stream: true,
      stream_options: { include_usage: true },
    },
    { signal: watchdog.signal },
  );
  const limit = charactersFor(request.settings.max_tokens);
  for await (const chunk of stream) {
    if (watchdog.signal.aborted) return;
    if (chunk.usage)
      progress.usage = { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens };
    // Compatible servers leave fields out that the SDK's types promise.
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
    if (progress.text.length > limit) {
      progress.finishReason = "length";
      return;
    }
  }
}

/** A stream that ended by itself, but not with an answer. */
function incomplete(finishReason: string | null): ReturnType<typeof unusable> {
  if (finishReason === null) return unusable("ended_early");
  // `length`: everything went into hidden reasoning; `content_filter`: refused. Both come again.
  return unusable("empty_answer", finishReason !== "length" && finishReason !== "content_filter");
}

function estimate(request: ReplyRequest, text: string): ModelUsage {
  const characters = replyMessages(request).reduce((sum, { content }) => sum + content.length, 0);
  return { inputTokens: Math.ceil(characters / 4), outputTokens: Math.ceil(text.length / 4), estimated: true };
}
