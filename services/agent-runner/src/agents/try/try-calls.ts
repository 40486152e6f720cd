import type { TestAnswer, TriedStep, Usage } from "@parley/contracts";
import {
  CallFailed,
  type CallOutput,
  createLoadAgent,
  createPerform,
  createPerformApiCall,
  createPerformCall,
  createRetrieve,
  type Definition,
  type PerformCall,
  type RecordedCall,
  TurnRefused,
} from "@parley/turns";
import { type ApiCall, fillSecrets, type LoadAgentCall } from "@parley/workflow";
import { useAgentSecrets } from "../../documents/agent-secrets.js";
import { activeVersionOf } from "../../runner/repository/active-version.js";
import { createAnswerBook } from "../testing/answer-book.js";
import { silentLive } from "../testing/silent-live.js";
import { addUsage, NO_USAGE } from "../trace/trace-turn.js";
import type { TryContext } from "./deps.js";

/** Limits of one request: the most a try may cost, whatever its document and its caller ask for. */
const MAX_ASKED = 150;
const MAX_TOKENS = 200_000;

export type WaitsFor = NonNullable<TriedStep["waits_for"]>;

/** An HTTP call that is not made: the caller provides its answer. */
export class ApiWaits extends Error {
  readonly waitsFor: WaitsFor;

  constructor({ nodeId: node, method, url }: ApiCall) {
    super(`the call of node ${node} waits for its answer`);
    this.name = "ApiWaits";
    this.waitsFor = { node, method, url: fillSecrets(url, (name) => `{{secret.${name}}}`) };
  }
}

export interface TryCalls {
  perform: PerformCall;
  /** Starts a step, with the earlier answers to its calls. */
  begin(answers: readonly TestAnswer[]): void;
  /** The calls of the step so far, in their order. */
  made(): RecordedCall[];
  /** How many of them were really made, and their usage. */
  asked(): number;
  usage(): Usage;
  /** The agent that the conversation has been transferred to. */
  agent(): TriedStep["agent"];
  /** The document in control. */
  speaking(): Definition;
}

/** The calls of a try: answered as before, else made to the model, and to other servers where the caller wants that. */
export function createTryCalls(
  context: TryContext,
  signal: AbortSignal,
  variables: () => Record<string, unknown>,
): TryCalls {
  let [speaking, agent]: [Definition, TriedStep["agent"]] = [context.definition, null];
  const ask = createAsk(context, {
    ...{ signal, variables },
    onTransfer(to, at) {
      [speaking, agent] = [to, { id: at.agentId, name: to.agentName, version: at.version }];
    },
  });
  let book = createAnswerBook([]);
  let made: RecordedCall[] = [];
  let asked = 0;
  let usage = NO_USAGE;
  let all = { asked: 0, tokens: 0 };
  const perform: PerformCall = async (call, history, note) => {
    const record: RecordedCall = {
      ...{ call_id: call.callId, type: call.type, node_id: call.nodeId, latency_ms: 0 },
      ...{ model: null, usage: null, result: null, failed: null },
    };
    try {
      let output = book.take(call);
      if (call.type === "agent.load") output = await ask(call, history, note);
      if (output === null) {
        if (all.asked >= MAX_ASKED || all.tokens >= MAX_TOKENS) throw new TurnRefused("try_exhausted");
        all = { ...all, asked: all.asked + 1 };
        output = await ask(call, history, note);
        asked += 1;
        usage = output.usage === null ? usage : addUsage(usage, output.usage);
        all.tokens += (output.usage?.input_tokens ?? 0) + (output.usage?.output_tokens ?? 0);
      }
      made.push({ ...record, ...recorded(output) });
      return output;
    } catch (error) {
      if (error instanceof CallFailed) made.push({ ...record, failed: error.code });
      throw error;
    }
  };
  return {
    perform,
    begin(answers) {
      book = createAnswerBook(answers);
      [made, asked, usage] = [[], 0, NO_USAGE];
    },
    made: () => made,
    asked: () => asked,
    usage: () => usage,
    agent: () => agent,
    speaking: () => speaking,
  };
}

function recorded({ latencyMs, model, usage, result }: CallOutput): Partial<RecordedCall> {
  const { type } = result;
  const kept = type === "agent" ? { type, agentId: result.agentId, version: result.version } : result;
  return { latency_ms: latencyMs, model, usage, result: kept };
}

interface Asking {
  signal: AbortSignal;
  variables: () => Record<string, unknown>;
  onTransfer(to: Definition, at: { agentId: string; version: number }): void;
}

/** Performs calls as a turn does, without memory of people. Agents that it transfers to are loaded; their tools wait like its own. */
function createAsk(context: TryContext, { signal, variables, onTransfer }: Asking): PerformCall {
  const { tenantId, model, makesCalls, policy = {} } = context;
  const modelCalls = (definition: Definition) =>
    createPerformCall({
      model,
      definition: { ...definition, scripted: { ...definition.scripted, pace_ms: 0 } },
      policy,
      variables,
      memory: null,
      signal,
      live: silentLive(),
      retrieve: createRetrieve({ ...context, budget: null }, tenantId, definition.knowledge, signal),
    });
  const callApi = createPerformApiCall({
    ...{ outbound: context.outbound, tenantId, turnId: context.turnId, signal },
    secretsOf: (agentId, names) => useAgentSecrets(context, { tenantId, agentId, names }),
  });
  const { definitions, db } = context;
  const load = createLoadAgent({ definitions, repository: { activeVersion: activeVersionOf(db) } }, tenantId);
  return createPerform({
    definition: context.definition,
    modelCalls,
    callApi: async (call, definition) => {
      if (!makesCalls) throw new ApiWaits(call);
      return callApi(call, definition);
    },
    loadAgent: async (call: LoadAgentCall) => {
      const loaded = await load(call);
      const { result } = loaded.output;
      if (result.type === "agent") onTransfer(loaded.definition, result);
      return loaded;
    },
  });
}
