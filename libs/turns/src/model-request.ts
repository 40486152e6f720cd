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

/** Inputs to a prompt besides the document and the conversation. */
export interface PromptSurroundings {
  policy: PromptPolicy;
  memory: string | null;
  /** A summary of what the model no longer sees of the conversation. */
  earlier?: string | null;
  handover?: string | null;
  /** Context from the page around a widget; untrusted. */
  pageContext?: Record<string, unknown> | null;
}

/** The text of a model request: without passages, which are looked up for each call, and without the canary of the process. */
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
      // An agent that got a session by a transfer without context knows nothing of what was before.
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

/** The context of a classification: without the classified text, which is sent separately. */
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

/** Enough of 256 bits that no two prompts of a session collide. */
const FINGERPRINT_CHARACTERS = 22;

/** Shows later whether a rebuilt prompt is the one that was sent, without containing any of its text. */
export const fingerprintOf = (request: Omit<ModelRequest, "type">): string =>
  hash("sha256", JSON.stringify(request), "base64url").slice(0, FINGERPRINT_CHARACTERS);
