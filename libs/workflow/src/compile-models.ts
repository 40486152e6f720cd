import type { WorkflowSettings } from "@parley/contracts";
import type { ModelSettings } from "./calls.js";

/** Tokens for a JSON answer with many variables when the document sets no limit for extraction. */
const EXTRACTION_TOKENS = 500;

export function conversationModel({ llm }: WorkflowSettings): ModelSettings {
  return {
    model_name: llm?.model_name ?? null,
    temperature: llm?.temperature ?? 1,
    max_tokens: llm?.max_tokens ?? 150,
    provider_id: llm?.provider_id ?? null,
    service_tier: llm?.service_tier ?? null,
    ...firstToken(llm?.first_token_timeout_seconds),
  };
}

export function extractionModel({ extraction_llm }: WorkflowSettings, model: ModelSettings): ModelSettings {
  // A conversation limit of a few sentences would truncate the JSON of many variables, so it is only ever raised here.
  const exact = { ...model, temperature: 0, max_tokens: Math.max(model.max_tokens, EXTRACTION_TOKENS) };
  if (!extraction_llm?.enabled) return exact;
  return {
    ...exact,
    max_tokens: extraction_llm.max_tokens ?? exact.max_tokens,
    model_name: extraction_llm.model_name ?? model.model_name,
    provider_id: extraction_llm.provider_id ?? model.provider_id,
  };
}

export function overridden(
  model: ModelSettings,
  { llm_override }: { llm_override?: WorkflowSettings["llm"] | undefined },
): ModelSettings {
  return {
    model_name: llm_override?.model_name ?? model.model_name,
    temperature: llm_override?.temperature ?? model.temperature,
    max_tokens: llm_override?.max_tokens ?? model.max_tokens,
    provider_id: llm_override?.provider_id ?? model.provider_id,
    service_tier: model.service_tier,
    ...firstToken(llm_override?.first_token_timeout_seconds ?? model.first_token_timeout_seconds),
  };
}

const firstToken = (seconds: number | undefined): Pick<ModelSettings, "first_token_timeout_seconds"> =>
  seconds === undefined ? {} : { first_token_timeout_seconds: seconds };
