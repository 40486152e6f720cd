import {
  createOpenAiModel,
  type Model,
  type ModelHints,
  type ModelTimeouts,
  type Reply,
  type ReplyRequest,
} from "@parley/llm";
import { createLogger } from "@parley/observability";

export const hints: ModelHints = { agentName: "Clinic Desk", nodeId: "greeting", nodeName: "Greeting", variables: {} };
export const settings = { temperature: 0, max_tokens: 150 };

export function replyRequest(text: string, changes: Partial<ReplyRequest> = {}): ReplyRequest {
  return { system: "Be helpful.", messages: [{ role: "user", content: text }], settings, hints, ...changes };
}

/** For what answers, rightly or wrongly: no machine is so slow that a time runs out before the answer is read. */
export const PATIENT: ModelTimeouts = {
  ...{ connectMs: 10_000, firstTokenMs: 10_000, idleMs: 10_000, totalMs: 20_000, taskMs: 20_000, retryBaseMs: 5 },
};

/** For what never answers: as short as a machine that may stand still for a second allows. */
export const FAST: ModelTimeouts = {
  ...PATIENT,
  ...{ firstTokenMs: 1_500, idleMs: 1_500, totalMs: 15_000, taskMs: 2_500 },
};

export function openAiModel(baseUrl: string, options: Partial<Parameters<typeof createOpenAiModel>[0]> = {}) {
  const logger = createLogger({ service: "llm-test", level: "silent" });
  return createOpenAiModel({ apiKey: "test", baseUrl, model: "fake", timeouts: PATIENT, logger, ...options });
}

export const never = new AbortController().signal;

/** Runs one reply to its one end. `pieces` continues recording, so that a test can prove that nothing is said later. */
export async function askOnce(model: Model) {
  const pieces: string[] = [];
  const options = { signal: new AbortController().signal, onDelta: (piece: string) => void pieces.push(piece) };
  const ended = await model.reply(replyRequest("hello"), options).then(
    (reply): { reply: Reply | null; error: unknown } => ({ reply, error: null }),
    (error: unknown) => ({ reply: null, error }),
  );
  return { ...ended, said: pieces.join(""), pieces };
}
