import type { AgentDocument, RagSettings, WorkflowNode, WorkflowSettings } from "@parley/contracts";
import { type Action, parseAction } from "./actions.js";
import type { ModelSettings, VariableRequest } from "./calls.js";
import { conversationModel, extractionModel, overridden } from "./compile-models.js";
import type {
  ApiExtraction,
  CompiledNode,
  CompiledTransition,
  CompiledWorkflow,
  GlobalIntent,
  Prompt,
} from "./compiled.js";
import { parseCondition } from "./conditions.js";
import { WorkflowError } from "./errors.js";
import { parsePath } from "./response-path.js";
import { retrievalOf } from "./retrieval.js";
import { validateDocument } from "./validate/validate-document.js";

/**
 * Prepares a document for `step`; once per version, then share the result.
 * Throws WorkflowError `invalid_workflow` with all issues when the document has errors.
 */
export function compile(document: AgentDocument): CompiledWorkflow {
  const checked = validateDocument(document);
  if (!checked.valid) throw new WorkflowError("invalid_workflow", "the document has errors", checked.issues);
  const settings = document.workflow;
  const model = conversationModel(settings);
  const nodes = settings.nodes.map((node) => compileNode(node, model, settings.rag));
  return {
    document,
    initialNode: settings.initial_node,
    nodes: new Map(nodes.map((node) => [node.id, node])),
    firstEndNode: nodes.find((node) => node.type === "end_call")?.id ?? null,
    globalPrompt: settings.global_prompt ?? "",
    historyWindow: settings.history_window ?? 0,
    maxTransitions: settings.max_transitions ?? 50,
    extractionModel: extractionModel(settings, model),
    globalIntents: compileGlobalIntents(settings),
    globalThreshold: settings.global_intent_config?.confidence_threshold ?? 0.75,
    globalMessages: settings.global_intent_config?.context_messages ?? 4,
    negativeTurns: settings.escalation?.negative_turns ?? 0,
  };
}

function compileGlobalIntents(settings: WorkflowSettings): GlobalIntent[] {
  if (settings.global_intent_config?.enabled === false) return [];
  return Object.entries(settings.global_intents ?? {}).map(([id, intent]) => ({
    id,
    description: intent.description,
    examples: intent.examples ?? [],
    target: intent.target_node,
    priority: intent.priority ?? 0,
    activeFrom: intent.active_from_nodes ? new Set(intent.active_from_nodes) : null,
    excludedFrom: new Set(intent.excluded_from_nodes ?? []),
  }));
}

function compileNode(node: WorkflowNode, model: ModelSettings, rag: RagSettings | undefined): CompiledNode {
  const base = {
    id: node.id,
    name: node.name ?? null,
    transitions: compileTransitions(node),
    onEntry: compileActions(node.actions?.on_entry),
    onExit: compileActions(node.actions?.on_exit),
    prompt: null,
    model,
    retrieval: retrievalOf(rag, undefined),
  };
  switch (node.type) {
    case "retrieve_variable":
      return { ...base, type: node.type, variables: (node.variables ?? []).map(variableRequest) };
    case "escalate": {
      const prompt = promptOf({ system_prompt: node.system_prompt });
      return { ...base, type: node.type, reason: node.reason, opening: spoken(node.static_text), prompt };
    }
    case "end_call":
      return { ...base, type: node.type, prompt: promptOf(node) };
    case "api_call":
      return { ...base, type: node.type, ...apiParts(node) };
    case "agent_transfer":
      return {
        ...base,
        type: node.type,
        targetAgentId: node.target_agent_id,
        withContext: node.transfer_context ?? false,
        message: spoken(node.transfer_message),
      };
    default:
      return {
        ...base,
        ...standardParts(node, base.transitions),
        model: overridden(model, node),
        retrieval: retrievalOf(rag, node.rag),
      };
  }
}

function apiParts(node: Extract<WorkflowNode, { type: "api_call" }>) {
  const { api_call: call } = node;
  return {
    opening: spoken(node.static_text),
    call: {
      method: call.method ?? ("GET" as const),
      url: call.url.trim(),
      headers: call.headers ?? {},
      query: call.query_params ?? {},
      body: call.body,
      timeoutMs: Math.round((call.timeout_seconds ?? 30) * 1_000),
      retry: {
        maxRetries: call.retry?.max_retries ?? 2,
        initialDelayMs: call.retry?.initial_delay_ms ?? 500,
        maxDelayMs: call.retry?.max_delay_ms ?? 5_000,
        multiplier: call.retry?.backoff_multiplier ?? 2,
      },
      maxBytes: call.response_size_limit_bytes ?? 15_000,
      allowedHosts: call.allowed_hosts ?? null,
    },
    extraction: (call.response_extraction ?? []).map(({ path, variable_name, default_value }): ApiExtraction => {
      const steps = parsePath(path);
      if (!steps) throw new WorkflowError("invalid_workflow", "a response path cannot be read");
      const entry = { path: steps, name: variable_name };
      return default_value === undefined ? entry : { ...entry, default: default_value };
    }),
  };
}

type StandardSource = Extract<WorkflowNode, { type?: "standard" | undefined }>;

function standardParts(node: StandardSource, transitions: readonly CompiledTransition[]) {
  return {
    type: "standard" as const,
    proactive: node.proactive ?? false,
    automatic: transitions.some(({ condition }) => condition.type === "always"),
    prompt: promptOf(node),
    intents: Object.entries(node.intents ?? {}).map(([id, intent]) => ({
      id,
      description: intent.description,
      examples: intent.examples ?? [],
    })),
    intentThreshold: node.intent_config?.confidence_threshold ?? 0.7,
    intentScope: node.intent_config?.context_scope ?? ("node" as const),
    intentMessages: node.intent_config?.context_messages ?? 6,
  };
}

type VariableSource = NonNullable<Extract<WorkflowNode, { type: "retrieve_variable" }>["variables"]>[number];

function variableRequest(variable: VariableSource): VariableRequest {
  const request = { name: variable.variable_name, prompt: variable.extraction_prompt };
  return variable.default_value === undefined ? request : { ...request, default: variable.default_value };
}

function spoken(text: string | undefined): string | null {
  return text === undefined || text.trim() === "" ? null : text;
}

function promptOf(node: { system_prompt?: string | undefined; static_text?: string | undefined }): Prompt | null {
  const fixed = spoken(node.static_text);
  if (fixed !== null) return { kind: "static", text: fixed };
  const system = spoken(node.system_prompt);
  return system === null ? null : { kind: "system", text: system };
}

function compileTransitions(node: WorkflowNode): CompiledTransition[] {
  const ordered = [...(node.transitions ?? [])].sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  return ordered.map(({ condition, target }) => {
    const parsed = parseCondition(condition);
    if (!parsed.ok) throw new WorkflowError("invalid_workflow", parsed.message);
    return { condition: parsed.condition, label: condition, target };
  });
}

function compileActions(actions: readonly string[] | undefined): Action[] {
  return (actions ?? []).flatMap((text) => {
    const action = parseAction(text);
    if (!action) throw new WorkflowError("invalid_workflow", "unknown action");
    return [action];
  });
}
