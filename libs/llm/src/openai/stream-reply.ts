import { performance } from "node:perf_hooks";
import type { OpenAI } from "openai";
import { replyInputBound } from "../input-bound.js";
import type { ReplyOptions, ReplyRequest } from "../model.js";
import type { ModelUsage } from "../model-usage.js";
import { AttemptFailure, expired, factsOf, unusable } from "./attempt-failure.js";
import { countedUsage } from "./counted-usage.js";
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
  /** As the server says, whatever it says; null = nothing yet. */
  counted: { input: unknown; output: unknown } | null;
  firstTokenMs: number;
  finishReason: string | null;
}

/** One streamed attempt. Throws AttemptFailure, told apart by whether text was already handed out. */
export async function streamReply(
  client: OpenAI,
  { model, request, watchdog }: { model: string; request: ReplyRequest; watchdog: Watchdog },
  onDelta: ReplyOptions["onDelta"],
): Promise<StreamedReply> {
  const progress: Progress = { text: "", counted: null, firstTokenMs: 0, finishReason: null };
  let failure = null;
  try {
    await read(client, { model, request, watchdog }, progress, onDelta);
  } catch (error) {
    failure = factsOf(error);
  } finally {
    watchdog.end();
  }
  const { text, finishReason, firstTokenMs } = progress;
  const usage = countedUsage(progress.counted, {
    sent: replyMessages(request).map(({ content }) => content),
    said: text,
    inputBound: () => replyInputBound(request),
    maxTokens: request.settings.max_tokens,
  });
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
    if (chunk.usage) progress.counted = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens };
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
