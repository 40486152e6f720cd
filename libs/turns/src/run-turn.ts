import type { MessagePart, Usage } from "@parley/contracts";
import {
  type CallEffect,
  type CallResult,
  type EngineEvent,
  type EngineState,
  initialState,
  pendingTimeout,
  type StepResult,
  step,
  storableText,
} from "@parley/workflow";
import { keepWebhook } from "./action-webhook.js";
import { CallFailed, CallStopped, type PerformCall, type RetrievalRecord, TurnRefused } from "./calls.js";
import type { Definition } from "./definitions.js";
import type { HistoryItem } from "./history.js";
import type { LiveWriter } from "./live-writer.js";
import { keepNote } from "./memory-note.js";
import { StopRequested } from "./stop-requested.js";
import { stoppedRun } from "./stopped-run.js";
import type { RecordedCall, RecordedEvent, TurnRun } from "./turn-run.js";

const STATUS_OF: Record<CallEffect["type"], string> = {
  "llm.classify": "understanding",
  "llm.extract": "noting",
  "llm.reply": "thinking",
  "api.call": "calling",
  "agent.load": "thinking",
};

/** A turn that makes more calls than this has a defect in engine or document; the loop guard of the engine is far below it. */
const MAX_CALLS = 2_000;

/**
 * Drives the pure engine through one turn: performs effects and feeds back results until the turn is done or has failed. Side effects
 * only through `perform` and `live`. Idempotency: the caller commits behind the fence, so a repeated run has no second effect.
 */
export async function runTurn(input: {
  definition: Definition;
  state: EngineState | null;
  event: Extract<EngineEvent, { type: RecordedEvent["type"] }>;
  history: readonly HistoryItem[];
  perform: PerformCall;
  live: LiveWriter;
  /** Gets each step of the engine, before its effects are performed. */
  onStep?: (result: StepResult) => void;
  /** Whether the visitor has stopped this answer. Checked before each call; `perform` aborts the running one. */
  stopRequested?: () => boolean;
}): Promise<TurnRun> {
  const { definition, live } = input;
  const before = input.state ?? initialState(definition.workflow);
  const spoken: HistoryItem[] = [];
  const run: TurnRun = {
    state: before,
    outcome: null,
    failed: null,
    calls: [],
    warnings: [],
    logs: [],
    webhooks: [],
    memoryNotes: [],
    escalation: null,
    isUpset: false,
    timeout: null,
    variables: {},
    variableNodes: {},
    latencyMs: 0,
    usage: { input_tokens: 0, output_tokens: 0, cost: 0 },
    stopped: false,
    event: {
      type: input.event.type,
      seconds_in_node: "secondsInNode" in input.event ? input.event.secondsInNode : null,
      ...("human" in input.event && (input.event.human || before.escalated)
        ? { human: input.event.human ?? false }
        : {}),
    },
  };
  const said: MessagePart[] = [];
  const stopped = (): TurnRun =>
    stoppedRun(run, { definition, state: input.state, opening: input.event.type === "session.opened", said });
  if (input.stopRequested?.()) return stopped();
  let { workflow } = definition;
  let result = step(workflow, before, input.event);
  for (let calls = 0; calls <= MAX_CALLS; calls += 1) {
    let pending: CallEffect | null = null;
    input.onStep?.(result);
    for (const effect of result.effects) {
      switch (effect.type) {
        case "speak":
          live.finish(effect.partIndex, effect.text);
          spoken.push({ role: "assistant", content: effect.text, node_id: effect.nodeId });
          said.push({ node_id: effect.nodeId, node_name: effect.nodeName, content: effect.text });
          break;
        case "variables.set":
          Object.assign(run.variables, effect.values);
          for (const name of Object.keys(effect.values)) run.variableNodes[name] = effect.nodeId;
          break;
        case "warning":
          run.warnings.push({ code: effect.code, message: effect.message });
          break;
        case "llm.reply":
        case "llm.extract":
        case "llm.classify":
        case "api.call":
        case "agent.load":
          pending = effect;
          break;
        case "turn.done":
          return {
            ...run,
            state: result.state,
            outcome: effect.outcome,
            timeout: pendingTimeout(workflow, result.state),
          };
        case "turn.failed":
          return { ...run, failed: effect.code };
        case "action.log":
          run.logs.push({ node_id: effect.nodeId, text: effect.text, variables: effect.variables });
          break;
        case "action.memory":
          keepNote(run, effect);
          break;
        case "escalation.open":
          run.escalation = effect.reason;
          break;
        case "visitor.upset":
          run.isUpset = true;
          break;
        case "action.webhook":
          keepWebhook(run, effect);
          break;
        case "transition":
          break;
      }
    }
    if (!pending) throw new Error("the engine stopped without an outcome");
    if (input.stopRequested?.()) return stopped();
    live.status(STATUS_OF[pending.type]);
    const event = await answerCall(pending, input.perform, [...input.history, ...spoken], run);
    if (event instanceof TurnRefused) return { ...run, failed: event.code };
    if (event === null) {
      if (pending.type === "llm.reply") {
        const content = storableText(live.said(pending.partIndex));
        said.push({ node_id: pending.nodeId, node_name: pending.nodeName, content });
      }
      return stopped();
    }
    result = step(workflow, result.state, event);
    // After a transfer the state is in the target's document.
    if (event.type === "call.done" && event.result.type === "agent") workflow = event.result.workflow;
  }
  throw new Error("the turn made too many model calls");
}

/** Null = the turn is to stop. */
async function answerCall(
  call: CallEffect,
  perform: PerformCall,
  history: readonly HistoryItem[],
  run: TurnRun,
): Promise<EngineEvent | TurnRefused | null> {
  const record: RecordedCall = {
    call_id: call.callId,
    type: call.type,
    node_id: call.nodeId,
    latency_ms: 0,
    model: null,
    usage: null,
    result: null,
    failed: null,
  };
  run.calls.push(record);
  const startedAt = performance.now();
  const spent = (): number => Math.round(performance.now() - startedAt);
  const retrieved = ({ warning, ...retrieval }: RetrievalRecord): void => {
    record.retrieval = retrieval;
    if (warning !== null) run.warnings.push(warning);
    if (retrieval.embedding !== null) run.usage = addUsage(run.usage, retrieval.embedding.usage);
  };
  const asking = (fingerprint: string): void => {
    record.prompt = fingerprint;
  };
  try {
    const output = await perform(call, history, { retrieved, asking });
    Object.assign(record, {
      latency_ms: output.latencyMs,
      ...(output.firstTokenMs === undefined ? {} : { first_token_ms: output.firstTokenMs }),
      model: output.model,
      usage: output.usage,
      result: recordable(output.result),
      ...(output.http ? { http: output.http } : {}),
      ...(output.usageDoubt ? { usage_doubt: output.usageDoubt } : {}),
    });
    run.latencyMs += output.latencyMs;
    if (output.usage) run.usage = addUsage(run.usage, output.usage);
    return { type: "call.done", callId: call.callId, result: output.result };
  } catch (error) {
    if (error instanceof CallStopped || error instanceof StopRequested) {
      record.failed = "turn_stopped";
      record.latency_ms = spent();
      run.latencyMs += record.latency_ms;
      if (error instanceof StopRequested) return null;
      Object.assign(record, { model: error.model, usage: error.usage });
      run.usage = addUsage(run.usage, error.usage);
      return null;
    }
    if (!(error instanceof CallFailed || error instanceof TurnRefused)) throw error;
    record.failed = error.code;
    if (error instanceof TurnRefused) return error;
    record.latency_ms = error.details.latencyMs ?? spent();
    if (error.details.http) record.http = error.details.http;
    if (error.details.usage) {
      Object.assign(record, { model: error.details.model ?? null, usage: error.details.usage });
      run.usage = addUsage(run.usage, error.details.usage);
    }
    run.latencyMs += record.latency_ms;
    return { type: "call.failed", callId: call.callId, code: error.code };
  }
}

function recordable(result: CallResult): RecordedCall["result"] {
  return result.type === "agent" ? { type: "agent", agentId: result.agentId, version: result.version } : result;
}

function addUsage(sum: Usage, more: Usage): Usage {
  return {
    input_tokens: sum.input_tokens + more.input_tokens,
    output_tokens: sum.output_tokens + more.output_tokens,
    cost: sum.cost === null || more.cost === null ? null : sum.cost + more.cost,
  };
}
