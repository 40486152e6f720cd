import type { TestAnswer } from "@parley/contracts";
import { assertNever } from "@parley/contracts";
import { CallFailed, type CallOutput } from "@parley/turns";
import type { CallEffect } from "@parley/workflow";

/** A call for which a test has no answer: the step cannot continue. */
export class NoAnswer extends Error {
  constructor(call: CallEffect) {
    super(`there is no recorded answer for the ${KIND_OF[call.type]} call of node ${call.nodeId}`);
    this.name = "NoAnswer";
  }
}

const KIND_OF = {
  "llm.reply": "reply",
  "llm.extract": "extract",
  "llm.classify": "classify",
  "api.call": "api",
  "agent.load": "transfer",
} as const satisfies Record<CallEffect["type"], TestAnswer["call"] | "transfer">;

interface AnswerBook {
  /** True when the test itself answers model calls. */
  readonly speaksForModel: boolean;
  /** The next answer for a call of this kind in this node; null = none left. Throws CallFailed for a recorded failure. */
  take(call: CallEffect): CallOutput | null;
}

/** The recorded answers of a test, each used once: by kind of call and node, in their order. */
export function createAnswerBook(answers: readonly TestAnswer[]): AnswerBook {
  const waiting = new Map<string, TestAnswer[]>();
  for (const answer of answers) {
    const key = `${answer.call}:${answer.node}`;
    waiting.set(key, [...(waiting.get(key) ?? []), answer]);
  }
  return {
    speaksForModel: answers.some(({ call }) => call !== "api"),
    take(call) {
      const answer = waiting.get(`${KIND_OF[call.type]}:${call.nodeId}`)?.shift();
      if (answer === undefined) return null;
      if (answer.failed !== undefined) throw new CallFailed(answer.failed);
      return { result: resultOf(answer), usage: null, latencyMs: 0, model: null };
    },
  };
}

function resultOf(answer: TestAnswer): CallOutput["result"] {
  switch (answer.call) {
    case "reply":
      return { type: "reply", text: answer.text ?? "" };
    case "extract":
      return { type: "extraction", values: answer.values ?? {} };
    case "classify":
      return {
        type: "classification",
        matches: { intent: answer.intent ?? null, confidence: answer.confidence ?? (answer.intent ? 1 : 0) },
      };
    case "api":
      return { type: "api", status: answer.status ?? 200, body: bodyOf(answer.body) };
    default:
      return assertNever(answer.call);
  }
}

function bodyOf(body: unknown): string {
  if (body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}
