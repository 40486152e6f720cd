import { z } from "zod";
import { jsonText } from "./json-text.js";
import type { Model, ModelSettings } from "./model.js";
import { ModelError } from "./model-error.js";
import { type PriceBook, priceBookOf } from "./price.js";

/** An additional OpenAI-compatible server that agents may name. */
const provider = z.strictObject({
  base_url: z.url({ protocol: /^https?$/ }),
  api_key: z.string().min(1).optional(),
  /** For agents that name the provider and no model. */
  model: z.string().min(1).max(200),
  /** Wait for the first token, per attempt; default: MODEL_FIRST_TOKEN_TIMEOUT_MS. */
  first_token_timeout_ms: z.int().min(1).max(110_000).optional(),
});

/** `MODEL_PROVIDERS`: JSON of providers by the id that agent documents name. Anything else stops the start; no value is quoted. */
export const modelProviders = jsonText.pipe(z.record(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/), provider));

/**
 * One model over several providers: each call goes to the one that its settings name by `provider_id`, else to `model`. The answering
 * model of a named provider is reported as `<provider>/<model>`, and priced under this name first, then under the model's own.
 * A provider that is not configured is `model_unavailable`, without a fallback: a prompt goes only where its author sent it.
 */
export function routeProviders(model: Model, providers: ReadonlyMap<string, Model>, prices: PriceBook): Model {
  const chosen = ({ provider_id: id }: ModelSettings): { id: string | null; model: Model } => {
    if (id === undefined) return { id: null, model };
    const named = providers.get(id);
    if (named === undefined) throw new ModelError("model_unavailable", "the provider is not configured");
    return { id, model: named };
  };
  const told = (id: string | null, name: string): string => (id === null ? name : `${id}/${name}`);
  const call = async <T extends { model: string }>(
    settings: ModelSettings,
    ask: (to: Model) => Promise<T>,
  ): Promise<T> => {
    const { id, model: to } = chosen(settings);
    const answer = await ask(to);
    return { ...answer, model: told(id, answer.model) };
  };
  return {
    ...model,
    providers: new Set(providers.keys()),
    prices: pricesByProvider(prices, new Set(providers.keys())),
    answeredBy(settings) {
      const { id, model: to } = chosen(settings);
      return (to.answeredBy?.(settings) ?? [settings.model_name ?? to.name]).map((name) => told(id, name));
    },
    reply: (request, options) => call(request.settings, (to) => to.reply(request, options)),
    extract: (request, options) => call(request.settings, (to) => to.extract(request, options)),
    classify: (request, options) => call(request.settings, (to) => to.classify(request, options)),
  };
}

function pricesByProvider(prices: PriceBook, ids: ReadonlySet<string>): PriceBook {
  const priceOf: PriceBook["priceOf"] = (name, at) => {
    const own = prices.priceOf(name, at);
    const slash = name.indexOf("/");
    return own !== null || slash < 0 || !ids.has(name.slice(0, slash))
      ? own
      : prices.priceOf(name.slice(slash + 1), at);
  };
  return priceBookOf(priceOf);
}
