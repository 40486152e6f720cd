import { type Model, ModelError, type ModelHints, type ModelSettings, type ModelUsage, priceOf } from "@parley/llm";
import type { ModelCall } from "@parley/workflow";
import { storableText } from "@parley/workflow";
import { CallFailed, type CallOutput, CallStopped, type PerformCall } from "./calls.js";
import type { Definition } from "./definitions.js";
import type { HistoryItem } from "./history.js";
import type { LiveWriter } from "./live-writer.js";
import {
  classifyRequestOf,
  extractRequestOf,
  fingerprintOf,
  type PromptSurroundings,
  replyRequestOf,
} from "./model-request.js";
import { canaryLine, createCanary, createOutputFilter, filterOutput } from "./output-filter.js";
import { modelMessages, pageBlock } from "./prompt.js";
import type { Retrieve } from "./retrieve-passages.js";
import { StopRequested } from "./stop-requested.js";

interface CallContext extends PromptSurroundings {
  model: Model;
  definition: Definition;
  /** Variables as the engine knows them when the turn begins; only the scripted model reads them. */
  variables: () => Record<string, unknown>;
  signal: AbortSignal;
  live: LiveWriter;
  /** Looks up passages for an answer; absent or null = answers are generated without. */
  retrieve?: Retrieve | null;
  /** Called with the matched rules when an answer contained forbidden content. */
  onWithheld?: (rules: string[]) => void;
}

/** A model may think for a minute before its first word: meanwhile readers are shown that it is working. */
const QUIET_MS = 10_000;

/** One per process: an unchanged system prompt can be cached by the provider. */
const canary = createCanary();

/** Performs the model calls of one turn. A model's failure becomes CallFailed with its public code; an abort is rethrown. */
export function createPerformCall(context: CallContext): PerformCall<ModelCall> {
  const { model, signal } = context;
  const hints = (call: ModelCall): ModelHints => ({
    agentName: context.definition.agentName,
    nodeId: call.nodeId,
    nodeName: "nodeName" in call ? call.nodeName : null,
    variables: context.variables(),
    ...(context.definition.scripted ? { scripted: context.definition.scripted } : {}),
  });
  const settings = (call: ModelCall) => ({
    ...(call.model.model_name === null ? {} : { model_name: call.model.model_name }),
    temperature: call.model.temperature,
    max_tokens: call.model.max_tokens,
    ...(call.model.provider_id === null ? {} : { provider_id: call.model.provider_id }),
    ...(call.model.service_tier === null ? {} : { service_tier: call.model.service_tier }),
    ...(call.model.first_token_timeout_seconds === undefined
      ? {}
      : { first_token_timeout_seconds: call.model.first_token_timeout_seconds }),
  });

  /** Characters that the last reply was shown of the knowledge base and of variables. */
  let shown = 0;

  const carryOut: PerformCall<ModelCall> = async (call, history, note): Promise<CallOutput> => {
    switch (call.type) {
      case "llm.reply": {
        const passages = call.ragQuery === undefined ? null : await context.retrieve?.(call.ragQuery, note.retrieved);
        const request = replyRequestOf(call, history, context);
        note.asking(fingerprintOf(request));
        const page = pageBlock(context.pageContext ?? null);
        shown = (passages?.length ?? 0) + (request.values?.length ?? 0) + (page?.length ?? 0);
        const asked = history.findLast(({ role }) => role === "user")?.content;
        const filter = createOutputFilter(canary);
        const quiet = setTimeout(() => context.live.status("working"), QUIET_MS);
        const startedAt = performance.now();
        let firstTokenMs: number | undefined;
        const answer = await model
          .reply(
            {
              ...request,
              system: `${request.system}\n\n${canaryLine(canary)}`,
              ...(passages ? { passages } : {}),
              settings: settings(call),
              hints: { ...hints(call), ...(asked === undefined ? {} : { said: asked }) },
            },
            {
              signal,
              onDelta: (text) => {
                clearTimeout(quiet);
                firstTokenMs ??= Math.round(performance.now() - startedAt);
                const safe = filter.push(text);
                if (safe !== "") context.live.append(call.partIndex, safe);
              },
              onStatus: (label) => context.live.status(label),
            },
          )
          .finally(() => clearTimeout(quiet));
        const rest = filter.end();
        if (rest !== "") context.live.append(call.partIndex, rest);
        const answered = filterOutput(storableText(answer.text), canary);
        if (answered.withheld.size > 0) context.onWithheld?.([...answered.withheld]);
        const said = output(model, { type: "reply", text: answered.text }, answer);
        return firstTokenMs === undefined ? said : { ...said, firstTokenMs: Math.min(firstTokenMs, said.latencyMs) };
      }
      case "llm.extract": {
        const request = extractRequestOf(call, history);
        note.asking(fingerprintOf(request));
        const answer = await model.extract({ ...request, settings: settings(call), hints: hints(call) }, { signal });
        return output(model, { type: "extraction", values: storableValues(answer.values) }, answer);
      }
      case "llm.classify": {
        const request = classifyRequestOf(call, history);
        note.asking(fingerprintOf(request));
        const answer = await model.classify({ ...request, settings: settings(call), hints: hints(call) }, { signal });
        const { intent, confidence, also } = answer;
        const best = { intent, confidence };
        return output(model, { type: "classification", matches: also ? [best, ...also] : best }, answer);
      }
    }
  };

  return async (call, history, note) => {
    try {
      return await carryOut(call, history, note);
    } catch (error) {
      if (signal.reason instanceof StopRequested)
        throw "model" in call
          ? stoppedCall(context, call, { history, shown, answeredBy: wantedOf(model, settings(call)) })
          : signal.reason;
      if (signal.aborted || !(error instanceof ModelError)) throw error;
      throw new CallFailed(error.code, { cause: error, ...failedUsage(model, settings(call), error) });
    }
  };
}

/** The name under which the requested model answers and is priced. */
const wantedOf = (model: Model, settings: ModelSettings): string =>
  (settings.provider_id === undefined ? undefined : model.answeredBy?.(settings)[0]) ??
  settings.model_name ??
  model.name;

/** Usage of a failed call, as far as the model reported it. */
function failedUsage(model: Model, settings: ModelSettings, { usage }: ModelError): Partial<CallFailed["details"]> {
  if (usage === undefined) return {};
  const wanted = wantedOf(model, settings);
  const { inputTokens, outputTokens } = usage;
  const used = { input_tokens: inputTokens, output_tokens: outputTokens, cost: costOf(model, wanted, usage) };
  return { usage: used, model: wanted };
}

/** Characters per token, as in the model's own estimate: the provider never reports usage of an aborted call. */
const CHARACTERS_PER_TOKEN = 4;

/** The estimated cost of an aborted call: the whole prompt, and the text streamed until then. */
function stoppedCall(
  context: CallContext,
  call: ModelCall,
  { history, shown, answeredBy }: { history: readonly HistoryItem[]; shown: number; answeredBy: string },
): CallStopped {
  const tokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const reply = call.type === "llm.reply";
  const system = reply
    ? call.system.length + (context.memory?.length ?? 0) + (context.earlier?.length ?? 0) + shown
    : 0;
  const seen = modelMessages(history, reply ? call.historyWindow : 0);
  const inputTokens = tokens(seen.reduce((sum, message) => sum + message.content.length, system));
  const outputTokens = reply ? tokens(context.live.said(call.partIndex).length) : 0;
  const cost = costOf(context.model, answeredBy, { inputTokens, outputTokens });
  return new CallStopped({ input_tokens: inputTokens, output_tokens: outputTokens, cost }, answeredBy);
}

const storableValues = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? storableText(value) : value]),
  );

/** In US dollars; null = the model that answered has no price. */
const costOf = (model: Model, answeredBy: string, usage: ModelUsage): number | null =>
  model.prices ? model.prices.costOf(answeredBy, usage) : priceOf(answeredBy, usage);

function output(
  model: Model,
  result: CallOutput["result"],
  answer: { usage: ModelUsage; latencyMs: number; model: string },
): CallOutput {
  const { doubt } = answer.usage;
  return {
    result,
    latencyMs: Math.round(answer.latencyMs),
    model: answer.model,
    usage: {
      input_tokens: answer.usage.inputTokens,
      output_tokens: answer.usage.outputTokens,
      cost: costOf(model, answer.model, answer.usage),
    },
    ...(doubt === undefined ? {} : { usageDoubt: doubt }),
  };
}
