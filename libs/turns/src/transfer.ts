import { TerminalError } from "@parley/contracts";
import type { ApiCall, LoadAgentCall, ModelCall } from "@parley/workflow";
import { CallFailed, type CallOutput, type PerformCall } from "./calls.js";
import type { Definition, Definitions } from "./definitions.js";
import type { HistoryItem } from "./history.js";

interface TransferDeps {
  definitions: Definitions;
  repository: { activeVersion(tenantId: string, agent: string): Promise<{ agentId: string; version: number } | null> };
}

/** The target agent of a transfer: its currently active version, pinned for the rest of the session by the engine's state. */
export function createLoadAgent(deps: TransferDeps, tenantId: string) {
  return async (call: LoadAgentCall): Promise<{ definition: Definition; output: CallOutput }> => {
    const startedAt = performance.now();
    const target = await deps.repository.activeVersion(tenantId, call.targetAgentId);
    if (!target) throw new CallFailed("agent_not_found");
    const definition = await deps.definitions(tenantId, target.agentId, target.version).catch((error: unknown) => {
      if (error instanceof TerminalError) throw new CallFailed("agent_unusable", { cause: error });
      throw error;
    });
    const result = { type: "agent" as const, ...target, workflow: definition.workflow };
    const latencyMs = Math.round(performance.now() - startedAt);
    return { definition, output: { result, latencyMs, model: null, usage: null } };
  };
}

/**
 * Everything a turn may call. After a transfer the model calls are those of the target's document, and see only
 * the history that belongs to it.
 */
export function createPerform(parts: {
  definition: Definition;
  modelCalls: (definition: Definition) => PerformCall<ModelCall>;
  /** `definition`: of the agent in control, whose secrets the call may carry. */
  callApi: (call: ApiCall, definition: Definition) => Promise<CallOutput>;
  loadAgent: ReturnType<typeof createLoadAgent>;
}): PerformCall {
  let speaking = parts.definition;
  let askModel = parts.modelCalls(speaking);
  return async (call, history, note) => {
    switch (call.type) {
      case "api.call":
        return parts.callApi(call, speaking);
      case "agent.load": {
        const { definition, output } = await parts.loadAgent(call);
        speaking = definition;
        askModel = parts.modelCalls(definition);
        return output;
      }
      default:
        return askModel(call, ownOf(history, call.ownMessages), note);
    }
  };
}

/** The history of the agent in control: only the newest messages if it got the session without the earlier ones. */
export function ownOf(history: readonly HistoryItem[], count: number | undefined): readonly HistoryItem[] {
  return count === undefined ? history : history.slice(Math.max(0, history.length - count));
}
