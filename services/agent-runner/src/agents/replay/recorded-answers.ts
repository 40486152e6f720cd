import { TerminalError } from "@parley/contracts";
import {
  CallFailed,
  type CallOutput,
  type Definition,
  type PerformCall,
  type RecordedCall,
  StopRequested,
  TurnRefused,
} from "@parley/turns";
import type { CallEffect } from "@parley/workflow";
import type { RecordedTurn } from "../repository/recordings.js";

/** The turn makes a call that has no recorded answer. */
export class MissingCall extends Error {
  constructor(readonly call: CallEffect) {
    super("the records have no answer for this call");
    this.name = "MissingCall";
  }
}

/** Loads a version that a recorded transfer led to. Throws TerminalError when it is gone. */
export type LoadVersion = (agentId: string, version: number) => Promise<Definition>;

interface RecordedAnswers {
  perform: PerformCall;
  /** How many calls were answered. */
  given(): number;
  /** True when every recorded call has been used. */
  exhausted(): boolean;
}

/** Answers the calls of one turn from its records: by type and node, in their order. Makes no real call. */
export function createRecordedAnswers(turn: RecordedTurn, load: LoadVersion): RecordedAnswers {
  const calls = turn.trace?.calls ?? [];
  const waiting = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const key = `${call.type}:${call.node_id}`;
    waiting.set(key, [...(waiting.get(key) ?? []), call]);
  }
  let given = 0;
  return {
    given: () => given,
    exhausted: () => given >= calls.length,
    async perform(call) {
      const record = waiting.get(`${call.type}:${call.nodeId}`)?.shift();
      if (record === undefined) throw new MissingCall(call);
      given += 1;
      if (record.failed !== null) throw failureOf(record, turn, record === calls.at(-1));
      return outputOf(record, load);
    },
  };
}

function failureOf(record: RecordedCall, turn: RecordedTurn, last: boolean): Error {
  const code = record.failed ?? "internal";
  if (code === "turn_stopped") return new StopRequested();
  // A refused call ends its turn; after a failed call the workflow may continue.
  if (last && turn.status === "failed" && turn.error_code === code) return new TurnRefused(code);
  return new CallFailed(code);
}

async function outputOf(record: RecordedCall, load: LoadVersion): Promise<CallOutput> {
  const { result } = record;
  const output = { usage: record.usage, latencyMs: record.latency_ms, model: record.model };
  if (result === null) throw new CallFailed("internal");
  if (result.type !== "agent") return { ...output, result };
  try {
    const { workflow } = await load(result.agentId, result.version);
    return { ...output, result: { ...result, workflow } };
  } catch (error) {
    if (error instanceof TerminalError) throw new CallFailed("agent_unusable", { cause: error });
    throw error;
  }
}
