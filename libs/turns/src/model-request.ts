import { hash } from "node:crypto";
import { type ClassifyRequest, type ExtractRequest, type ReplyRequest, withoutHidden } from "@parley/llm";
import type { ModelCall } from "@parley/workflow";
import type { HistoryItem } from "./history.js";
import {
  beside,
  modelMessages,
  type PromptPolicy,
  pageBlock,
  shownValues,
  sinceNodeEntered,
  systemPrompt,
  valuesBlock,
} from "./prompt.js";

/** What a prompt has beside the document and the conversation. */
export interface PromptSurroundings {
  policy: PromptPolicy;
  memory: string | null;
  /** A summary of what the model no longer sees of the conversation. */
  earlier?: string | null;
  handover?: string | null;
  /** What the page around a widget says; nobody vouches for it. */
  pageContext?: Record<string, unknown> | null;
}

/** The words that a model is asked with: without passages, which are looked up at each call, and without the canary of the process. */
export type ModelRequest =
  | ({ type: "llm.reply" } & Pick<ReplyRequest, "system" | "messages" | "values">)
  | ({ type: "llm.extract" } & Pick<ExtractRequest, "variables" | "messages" | "values">)
  | ({ type: "llm.classify" } & Pick<ClassifyRequest, "intents" | "text" | "messages">);

type CallOf<Type extends ModelCall["type"]> = Extract<ModelCall, { type: Type }>;
type RequestOf<Type extends ModelCall["type"]> = Omit<Extract<ModelRequest, { type: Type }>, "type">;

export function replyRequestOf(
  call: CallOf<"llm.reply">,
  history: readonly HistoryItem[],
  given: PromptSurroundings,
): RequestOf<"llm.reply"> {
  const values = valuesBlock(call.values);
  return {
    system: systemPrompt({
      node: call.system,
      chatIntent: given.policy.chat_intent,
      override: given.policy.system_prompt_override,
      memory: given.memory,
      // An agent that a session was given to without its context knows nothing of what was before.
      earlier: call.ownMessages === undefined ? (given.earlier ?? null) : null,
      handover: given.handover ?? null,
    }),
    messages: beside(modelMessages(history, call.historyWindow), pageBlock(given.pageContext ?? null)),
    ...(values === undefined ? {} : { values }),
  };
}

export function extractRequestOf(
  call: CallOf<"llm.extract">,
  history: readonly HistoryItem[],
): RequestOf<"llm.extract"> {
  const values = shownValues(call.values);
  return {
    variables: call.variables.map(({ name, prompt }) => ({ name, prompt })),
    messages: modelMessages(history, 0),
    ...(values === undefined ? {} : { values }),
  };
}

export function classifyRequestOf(
  call: CallOf<"llm.classify">,
  history: readonly HistoryItem[],
): RequestOf<"llm.classify"> {
  const scoped = call.contextScope === "node" ? sinceNodeEntered(history, call.nodeId) : history;
  return {
    intents: call.intents,
    text: withoutHidden(call.text),
    messages: modelMessages(before(scoped, call.text), call.contextMessages),
  };
}

/** The context of a classification: without the text that is classified, which travels on its own. */
function before(history: readonly HistoryItem[], text: string): readonly HistoryItem[] {
  const current = history.findLastIndex((item) => item.role === "user" && item.content === text);
  return current < 0 ? history : history.slice(0, current);
}

export function requestOf(call: ModelCall, history: readonly HistoryItem[], given: PromptSurroundings): ModelRequest {
  switch (call.type) {
    case "llm.reply":
      return { type: call.type, ...replyRequestOf(call, history, given) };
    case "llm.extract":
      return { type: call.type, ...extractRequestOf(call, history) };
    case "llm.classify":
      return { type: call.type, ...classifyRequestOf(call, history) };
  }
}

/** Of 256 bits so many that no two prompts of a session share them. */
const FINGERPRINT_CHARACTERS = 22;

/** Tells later whether a prompt that was made again is the one that was sent. It holds no word of it. */
export const fingerprintOf = (request: Omit<ModelRequest, "type">): string =>
  hash("sha256", JSON.stringify(request), "base64url").slice(0, FINGERPRINT_CHARACTERS);
