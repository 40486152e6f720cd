import { setTimeout as delay } from "node:timers/promises";
import {
  type CallOptions,
  classifyInputBound,
  classifyOutput,
  createPriceBook,
  dollars,
  extractInputBound,
  extractOutput,
  type Model,
  ModelError,
  type ModelPrice,
  type ModelSettings,
  type ModelUsage,
  replyInputBound,
} from "@parley/llm";
import { TurnRefused } from "./calls.js";
import type { ReserveBudget, TurnTry } from "./reservation.js";

/** What a try has used so far; grows with every call. */
export interface Spent {
  tokens: number;
  /** US dollars */
  cost: number;
}

export interface ModelBudget {
  budgets: { reserve: ReserveBudget };
  turn: TurnTry;
  spent: Spent;
  /** How long the calls of a turn wait in total for room that other turns have reserved. */
  waitMs: number;
}

/** A reply of fewer tokens is not a useful answer. */
const LEAST_REPLY = 16;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;
/** For estimates of calls without reported usage. */
const CHARACTERS_PER_TOKEN = 4;

interface CallBound {
  /** Upper bound of the input, tokens. */
  input: number;
  output: { most: number; least: number };
}

interface CallPlan extends CallBound {
  settings: ModelSettings;
}

/**
 * Reserves room for a call and returns the output it may have. Throws TurnRefused when the budget refuses, the signal's reason when the
 * wait is aborted.
 */
export type Reserve = (bound: CallBound, price: ModelPrice | null, signal: AbortSignal) => Promise<number>;

/**
 * The model under a link's budget: every call first reserves the most it can cost, is then limited to the granted output, and adds its
 * actual usage to `spent`. Throws TurnRefused (`budget_busy`, `budget_exhausted`, `budget_unpriced`) when the budget refuses.
 */
export function budgetedModel(model: Model, budget: ModelBudget, reserve = createReserve(budget)): Model {
  const perform = createCall(model, budget, reserve);
  return {
    ...model,
    reply(request, options) {
      const { settings } = request;
      const plan = {
        settings,
        input: replyInputBound(request),
        output: { most: settings.max_tokens, least: Math.min(LEAST_REPLY, settings.max_tokens) },
      };
      let streamed = 0;
      const onDelta = (text: string): void => {
        streamed += text.length;
        options.onDelta?.(text);
      };
      return perform(plan, options, {
        run: (granted, hooks) => model.reply({ ...request, settings: granted }, { ...options, ...hooks, onDelta }),
        streamed: () => streamed,
      });
    },
    extract: (request, options) =>
      perform(
        { settings: request.settings, input: extractInputBound(request), output: extractOutput(request) },
        options,
        { run: (settings, hooks) => model.extract({ ...request, settings }, { ...options, ...hooks }) },
      ),
    classify: (request, options) =>
      perform(
        { settings: request.settings, input: classifyInputBound(request), output: classifyOutput(request) },
        options,
        { run: (settings, hooks) => model.classify({ ...request, settings }, { ...options, ...hooks }) },
      ),
  };
}

interface Performance<T> {
  run(settings: ModelSettings, hooks: Pick<CallOptions, "onAbandoned">): Promise<T>;
  /** Characters streamed so far. */
  streamed?(): number;
}

function createCall(model: Model, budget: ModelBudget, reserve: Reserve) {
  const prices = model.prices ?? createPriceBook();
  return async <T extends { usage: ModelUsage; model: string }>(
    plan: CallPlan,
    { signal }: CallOptions,
    { run, streamed }: Performance<T>,
  ): Promise<T> => {
    const price = highestPrice(model, plan.settings, prices.priceOf);
    const granted = await reserve(plan, price, signal);
    const charge = (usage: ModelUsage, cost: number | null): void => {
      budget.spent.tokens += usage.inputTokens + usage.outputTokens;
      budget.spent.cost = dollars((budget.spent.cost + (cost ?? 0)) * 1_000_000);
    };
    const costAt = (usage: ModelUsage): number =>
      price === null ? 0 : dollars(usage.inputTokens * price.input + usage.outputTokens * price.output);
    let abandoned: ModelUsage | undefined;
    const onAbandoned = (usage: ModelUsage): void => {
      abandoned = usage;
    };
    try {
      const answer = await run({ ...plan.settings, max_tokens: granted }, { onAbandoned });
      // Without reported usage the reserved amount is charged.
      const usage = answer.usage.estimated ? { inputTokens: plan.input, outputTokens: granted } : answer.usage;
      charge(usage, prices.costOf(answer.model, usage) ?? costAt(usage));
      return answer;
    } catch (error) {
      const used = usedByFailure({ error, aborted: signal.aborted, abandoned, plan, said: streamed?.() ?? 0 });
      charge(used, costAt(used));
      throw error;
    }
  };
}

/** Providers charge for input read and output generated, even when nobody waits for the rest; a refused call costs nothing. */
function usedByFailure(call: {
  error: unknown;
  aborted: boolean;
  abandoned: ModelUsage | undefined;
  plan: CallPlan;
  said: number;
}): ModelUsage {
  const { error, aborted, abandoned, plan, said } = call;
  const known = error instanceof ModelError ? error.usage : abandoned;
  if (known !== undefined) return known;
  const read = aborted || said > 0 || (error instanceof ModelError && error.code === "model_timeout");
  if (!read) return { inputTokens: 0, outputTokens: 0 };
  return {
    inputTokens: Math.ceil(plan.input / CHARACTERS_PER_TOKEN),
    outputTokens: Math.ceil(said / CHARACTERS_PER_TOKEN),
  };
}

/** The highest price of the models that may answer; null = one of them has none. */
function highestPrice(
  model: Model,
  settings: ModelSettings,
  priceOf: (name: string) => ModelPrice | null,
): ModelPrice | null {
  const names = model.answeredBy?.(settings) ?? [settings.model_name ?? model.name];
  const all = names.map((name) => priceOf(name));
  const known = all.filter((price) => price !== null);
  if (known.length < all.length) return null;
  return {
    input: Math.max(...known.map(({ input }) => input)),
    output: Math.max(...known.map(({ output }) => output)),
  };
}

/**
 * Reserves, and waits with jitter while running turns hold the room: first for the full request, finally for the least that makes sense.
 */
export function createReserve({ budgets, turn, spent, waitMs }: ModelBudget): Reserve {
  let waitedMs = 0;
  return async ({ input, output }, price, signal) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      const startedAt = performance.now();
      const patience = waitMs === 0 ? 0 : Math.max(0, 1 - waitedMs / waitMs);
      const answer = await budgets.reserve({
        ...turn,
        spent_tokens: spent.tokens,
        spent_cost: spent.cost,
        input_tokens: input,
        max_output: output.most,
        enough_output: Math.max(output.least, Math.ceil(output.most * Math.min(1, patience * 1.5))),
        min_output: output.least,
        input_price: price && dollars(price.input),
        output_price: price && dollars(price.output),
      });
      if (answer.status === "granted") return answer.max_output ?? output.most;
      if (answer.status === "none") return output.most;
      if (answer.status === "fenced") throw new Error("the try has lost its session");
      if (answer.status !== "busy") throw new TurnRefused(`budget_${answer.status}`);
      if (waitedMs >= waitMs) throw new TurnRefused("budget_busy");
      await pause(pauseMs * (0.5 + Math.random()), signal);
      waitedMs += performance.now() - startedAt;
    }
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
