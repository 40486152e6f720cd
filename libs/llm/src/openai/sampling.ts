import type { OpenAI } from "openai";
import type { ModelSettings } from "../model.js";

type ServiceTier = NonNullable<OpenAI.ChatCompletionCreateParams["service_tier"]>;

export interface Sampling {
  temperature?: number;
  max_tokens?: number;
  max_completion_tokens?: number;
  service_tier?: ServiceTier;
}

/** OpenAI's reasoning models expect the limit under another name and only their own temperature; every other server knows the old form. */
export function samplingOf(model: string, { temperature, max_tokens, service_tier }: ModelSettings): Sampling {
  // The SDK's types list only OpenAI's tiers; compatible servers have others.
  const tier = service_tier === undefined ? {} : { service_tier: service_tier as ServiceTier };
  if (/^(o\d|gpt-5)/.test(model)) return { max_completion_tokens: max_tokens, ...tier };
  return { temperature, max_tokens, ...tier };
}
