import type { OpenAI } from "openai";
import { structuredInputBound } from "../input-bound.js";
import type { ModelUsage } from "../model-usage.js";
import { AttemptFailure, expired, factsOf, unusable } from "./attempt-failure.js";
import { countedUsage } from "./counted-usage.js";
import { samplingOf } from "./sampling.js";
import { type StructuredRequest, structuredMessages } from "./structured-request.js";
import type { Watchdog } from "./watchdog.js";

export interface StructuredAnswer {
  /** The object the model wrote, or null when none was found. */
  object: Record<string, unknown> | null;
  usage: ModelUsage;
}

/** One attempt at a structured answer. `useSchema` false = only ask for it in words (servers without `response_format`). */
export async function askStructured(
  client: () => Promise<OpenAI>,
  {
    model,
    request,
    watchdog,
    useSchema,
  }: { model: string; request: StructuredRequest; watchdog: Watchdog; useSchema: boolean },
): Promise<StructuredAnswer> {
  const shape = useSchema
    ? ""
    : `\nAnswer with one JSON object that satisfies this schema: ${JSON.stringify(request.schema)}`;
  const format = { name: request.name, strict: true, schema: request.schema };
  try {
    const completion = await (await client()).chat.completions.create(
      {
        model,
        messages: structuredMessages({ ...request, system: request.system + shape }),
        ...samplingOf(model, request.settings),
        ...(useSchema ? { response_format: { type: "json_schema" as const, json_schema: format } } : {}),
      },
      { signal: watchdog.signal },
    );
    // Compatible servers omit fields that the SDK's types promise.
    const text = completion?.choices?.[0]?.message?.content;
    if (typeof text !== "string") throw new AttemptFailure(unusable("malformed_answer"));
    return { object: findObject(text), usage: usageOf(completion.usage, request, text) };
  } catch (error) {
    if (watchdog.expired !== null && !watchdog.caller.aborted) throw new AttemptFailure(expired(watchdog.expired));
    throw error instanceof AttemptFailure ? error : new AttemptFailure(factsOf(error));
  } finally {
    watchdog.end();
  }
}

/** The first JSON object in a text that may have fences, prose or a truncated end around it. */
function findObject(text: string): Record<string, unknown> | null {
  const start = text.indexOf("{");
  if (start < 0) return null;
  for (let end = text.lastIndexOf("}"); end > start; end = text.lastIndexOf("}", end - 1)) {
    const value = parse(text.slice(start, end + 1));
    if (isObject(value)) return value;
    // Each miss costs a parse; an answer with more than a few stray braces is not usable.
    if (text.length - end > 1_000) return null;
  }
  return null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function usageOf(
  usage: { prompt_tokens: number; completion_tokens: number } | null | undefined,
  request: StructuredRequest,
  said: string,
): ModelUsage {
  return countedUsage(usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : null, {
    sent: [request.system, JSON.stringify(request.data)],
    said,
    inputBound: () => structuredInputBound(request),
    maxTokens: request.settings.max_tokens,
  });
}
