import type { Usage } from "@parley/contracts";
import type { ModelUsage } from "@parley/llm";
import type { CallEffect, CallResult, RagQuery } from "@parley/workflow";
import type { HistoryItem } from "./history.js";

/** What the trace stores besides the answer: no headers and no address, because both may contain secrets. */
export interface HttpSummary {
  method: string;
  /** Of the last attempt; null without an answer. */
  status: number | null;
  bytes: number;
  attempts: number;
}

/** What the trace stores of a search: the places of its passages, not their text, so that a removed document is gone from traces too. */
export interface RetrievalRecord {
  search_mode: RagQuery["search_mode"];
  latency_ms: number;
  passages: { document_id: string; document: string; revision: number; n: number; score: number }[];
  /** Usage of the query's embedding; null = no model was called. */
  embedding: { model: string; usage: Usage } | null;
  warning: { code: string; message: string } | null;
}

/** The external answer to a call of a turn. */
export interface CallOutput {
  result: CallResult;
  /** Null for calls other than model calls; `model` is then null too. */
  usage: Usage | null;
  /** Why the usage is not the server's own count; absent = it is. */
  usageDoubt?: ModelUsage["doubt"];
  latencyMs: number;
  /** From the start of the call to the first text of a reply. Absent = not streamed, or not a reply. */
  firstTokenMs?: number;
  model: string | null;
  http?: HttpSummary;
}

/** A call that finally failed, with its public code. */
export class CallFailed extends Error {
  constructor(
    readonly code: string,
    readonly details: { cause?: unknown; latencyMs?: number; http?: HttpSummary; usage?: Usage; model?: string } = {},
  ) {
    super(code, details);
    this.name = "CallFailed";
  }
}

/** A call that must not be made: the whole turn fails with this public code. With a CallFailed the workflow would continue instead. */
export class TurnRefused extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = "TurnRefused";
  }
}

/** A call that was aborted because the turn is to stop. The live writer has the text streamed by then. */
export class CallStopped extends Error {
  constructor(
    readonly usage: Usage,
    readonly model: string,
  ) {
    super("the call was stopped");
    this.name = "CallStopped";
  }
}

/** Reports about a call as soon as they are known, however the call ends. */
interface CallNotes {
  /** The passages that were looked up for it. */
  retrieved(retrieval: RetrievalRecord): void;
  /** The fingerprint of the prompt that a model is sent. */
  asking(fingerprint: string): void;
}

export type PerformCall<Call extends CallEffect = CallEffect> = (
  call: Call,
  history: readonly HistoryItem[],
  note: CallNotes,
) => Promise<CallOutput>;
