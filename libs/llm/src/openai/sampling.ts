import type { ModelSettings } from "../model.js";

export interface Sampling {
  temperature?: number;
  max_tokens?: number;
  max_completion_tokens?: number;
}

/** Reasoning models of OpenAI take the limit under another name and only their own temperature; every other server knows the old form. */
export function samplingOf(model: string, { temperature, max_tokens }: ModelSettings): Sampling {
  if (/^(o\d|gpt-5)/.test(model)) return { max_completion_tokens: max_tokens };
  return { temperature, max_tokens };
}
