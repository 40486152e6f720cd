import type { Usage } from "@parley/contracts";
import type { ModelUsage } from "@parley/llm";
import type { CallEffect, CallResult, RagQuery } from "@parley/workflow";
import type { HistoryItem } from "./history.js";

/** What the trace keeps beside the answer: no headers, no address, which both may hold secrets. */
export interface HttpSummary {
  method: string;
  /** Of the last attempt; null without an answer. */
  status: number | null;
  bytes: number;
  attempts: number;
}

/** What the trace keeps of a search: where its passages are, not their text, so that a removed document is gone from traces too. */
export interface RetrievalRecord {
  search_mode: RagQuery["search_mode"];
  latency_ms: number;
  passages: { document_id: string; document: string; revision: number; n: number; score: number }[];
  /** What the vector of the question took; null = no model was asked. */
  embedding: { model: string; usage: Usage } | null;
  warning: { code: string; message: string } | null;
}

/** What the world answered to a call of a turn. */
export interface CallOutput {
  result: CallResult;
  /** Null for calls that are not the model's, and so is the model. */
  usage: Usage | null;
  /** Why the usage is not the server's own count; absent = it is. */
  usageDoubt?: ModelUsage["doubt"];
  latencyMs: number;
  /** From the beginning of the call to the first words of a reply. Absent = it came whole, or is none. */
  firstTokenMs?: number;
  model: string | null;
  http?: HttpSummary;
}

/** A model call that failed for good: its public code. */
export class CallFailed extends Error {
  constructor(
    readonly code: string,
    readonly details: { cause?: unknown; latencyMs?: number; http?: HttpSummary; usage?: Usage; model?: string } = {},
  ) {
    super(code, details);
    this.name = "CallFailed";
  }
}

/** A call that must not be made: the whole turn fails with this public code. A workflow would take a failed call for an answer. */
export class TurnRefused extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = "TurnRefused";
  }
}

/** A call that was given up because the turn is to stop. What it had said by then is with the live writer. */
export class CallStopped extends Error {
  constructor(
    readonly usage: Usage,
    readonly model: string,
  ) {
    super("the call was stopped");
    this.name = "CallStopped";
  }
}

/** What is told of a call as soon as it is known, however the call ends. */
interface CallNotes {
  /** What was looked up for it. */
  retrieved(retrieval: RetrievalRecord): void;
  /** The fingerprint of the words that a model is asked with. */
  asking(fingerprint: string): void;
}

export type PerformCall<Call extends CallEffect = CallEffect> = (
  call: Call,
  history: readonly HistoryItem[],
  note: CallNotes,
) => Promise<CallOutput>;
