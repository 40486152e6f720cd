import { createOpenAiModel, type ModelHints, type ModelTimeouts, type ReplyRequest } from "@parley/llm";
import { createLogger } from "@parley/observability";

export const hints: ModelHints = { agentName: "Clinic Desk", nodeId: "greeting", nodeName: "Greeting", variables: {} };
export const settings = { temperature: 0, max_tokens: 150 };

export function replyRequest(text: string, changes: Partial<ReplyRequest> = {}): ReplyRequest {
  return { system: "Be helpful.", messages: [{ role: "user", content: text }], settings, hints, ...changes };
}

/** Short times, so that a fault shows in tens of milliseconds. */
export const FAST: ModelTimeouts = {
  ...{ connectMs: 200, firstTokenMs: 150, idleMs: 150, totalMs: 1_500, taskMs: 400, retryBaseMs: 5 },
};

export function openAiModel(baseUrl: string, options: Partial<Parameters<typeof createOpenAiModel>[0]> = {}) {
  const logger = createLogger({ service: "llm-test", level: "silent" });
  return createOpenAiModel({ apiKey: "test", baseUrl, model: "fake", timeouts: FAST, logger, ...options });
}

export const never = new AbortController().signal;
