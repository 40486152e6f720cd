import { z } from "zod";
import { agentTests } from "./agent-tests.js";
import { documentObject } from "./document-object.js";

/** Reads a number with inclusive limits. */
const between = (min: number, max: number) => z.number().min(min).max(max);
const integer = (min: number, max: number) => z.int().min(min).max(max);
/** Node ids: any text that survives a log line; 255 characters at most. */
const nodeId = z.string().min(1).max(255);
/** Variable names as templates can name them. */
export const variableName = z.string().regex(/^[\p{L}_][\p{L}\p{N}_.-]{0,99}$/u);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const llmOverride = documentObject({
  model_name: z.string().min(1).optional(),
  temperature: between(0, 2).optional(),
  max_tokens: integer(1, 10_000).optional(),
  provider_id: z.string().optional(),
  first_token_timeout_seconds: between(1, 110).optional(),
});

const llm = documentObject({
  model_name: z.string().min(1).optional(),
  temperature: between(0, 2).optional(),
  max_tokens: integer(1, 10_000).optional(),
  provider_id: z.string().optional(),
  service_tier: z.string().optional(),
  /** How long an answer may keep the visitor waiting for its first word, per attempt; absent = as the provider is configured. */
  first_token_timeout_seconds: between(1, 110).optional(),
});

const extractionLlm = documentObject({
  enabled: z.boolean().optional(),
  model_name: z.string().min(1).optional(),
  provider_id: z.string().optional(),
  max_tokens: integer(1, 10_000).optional(),
});

const rag = documentObject({
  enabled: z.boolean().optional(),
  search_mode: z.enum(["vector", "fts", "hybrid"]).optional(),
  top_k: integer(1, 50).optional(),
  rrf_k: integer(1, 200).optional(),
  vector_weight: between(0, 1).optional(),
  fts_weight: between(0, 1).optional(),
});

const intent = documentObject({ description: z.string().min(1), examples: z.array(z.string()).optional() });

const globalIntent = documentObject({
  description: z.string().min(1),
  examples: z.array(z.string()).optional(),
  target_node: nodeId,
  /** Of several that reach the threshold the higher is followed, before the confidence counts. */
  priority: z.number().optional(),
  active_from_nodes: z.array(nodeId).nullable().optional(),
  excluded_from_nodes: z.array(nodeId).nullable().optional(),
});

const transition = documentObject({
  condition: z.string().min(1),
  target: nodeId,
  /** Lower is tried first; default 0. */
  priority: z.number().optional(),
});

const retry = (maxRetries: number) =>
  documentObject({
    max_retries: integer(0, maxRetries).optional(),
    initial_delay_ms: integer(0, 60_000).optional(),
    max_delay_ms: integer(0, 60_000).optional(),
    backoff_multiplier: between(1, 10).optional(),
  });

const webhook = documentObject({
  enabled: z.boolean().optional(),
  url: z.string().optional(),
  events: z.array(z.enum(["started", "ended", "analyzed"])).optional(),
  timeout_seconds: between(1, 30).optional(),
  auth: z.record(z.string(), z.unknown()).nullable().optional(),
  retry: retry(10).optional(),
  include_transcript: z.boolean().optional(),
  include_latency_metrics: z.boolean().optional(),
});

const postCallAnalysis = documentObject({
  enabled: z.boolean().optional(),
  questions: z
    .array(
      documentObject({
        name: z.string().min(1),
        description: z.string(),
        type: z.enum(["string", "number", "enum", "boolean"]),
        choices: z.array(z.string()).optional(),
        required: z.boolean().optional(),
      }),
    )
    .optional(),
  additional_instructions: z.string().optional(),
  /** The share of ended sessions that is asked, always the same ones; default 1, all. */
  sample_rate: between(0, 1).optional(),
});

const escalation = documentObject({
  /** So many messages in a row without an answer ask for a human; 0 = never. Absent = as the installation says. */
  failed_turns: integer(0, 20).optional(),
  /** So many messages in a row in which the visitor sounds angry or upset ask for a human; 0, absent = never, and nobody looks. */
  negative_turns: integer(0, 20).optional(),
  /** The last message that a session may carry asks for a human. */
  on_limit: z.boolean().optional(),
  /** Whether the agent speaks while a human is waited for. Absent = not after an `escalate` node, else it does. */
  while_waiting: z.enum(["answer", "silent"]).optional(),
});

const nodeBase = {
  id: nodeId,
  name: z.string().max(255).optional(),
  transitions: z.array(transition).optional(),
  actions: documentObject({
    on_entry: z.array(z.string()).optional(),
    on_exit: z.array(z.string()).optional(),
  }).optional(),
};

const standardNode = documentObject({
  ...nodeBase,
  type: z.literal("standard").optional(),
  proactive: z.boolean().optional(),
  system_prompt: z.string().optional(),
  static_text: z.string().optional(),
  intents: z.record(z.string().min(1), intent).optional(),
  intent_config: documentObject({
    confidence_threshold: between(0, 1).optional(),
    context_scope: z.enum(["node", "conversation"]).optional(),
    context_messages: integer(1, 20).optional(),
  }).optional(),
  rag: rag.optional(),
  llm_override: llmOverride.optional(),
});

const retrieveVariableNode = documentObject({
  ...nodeBase,
  type: z.literal("retrieve_variable"),
  variables: z
    .array(
      documentObject({ variable_name: variableName, extraction_prompt: z.string(), default_value: scalar.optional() }),
    )
    .optional(),
});

const apiCallNode = documentObject({
  ...nodeBase,
  type: z.literal("api_call"),
  static_text: z.string().optional(),
  api_call: documentObject({
    method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
    url: z.string().min(1),
    headers: z.record(z.string(), z.string()).optional(),
    query_params: z.record(z.string(), scalar).optional(),
    body: z.unknown().optional(),
    timeout_seconds: between(1, 120).optional(),
    retry: retry(10).optional(),
    response_extraction: z
      .array(documentObject({ path: z.string().min(1), variable_name: variableName, default_value: scalar.optional() }))
      .optional(),
    response_size_limit_bytes: integer(1000, 50_000).optional(),
    allowed_hosts: z.array(z.string()).nullable().optional(),
  }),
});

const agentTransferNode = documentObject({
  ...nodeBase,
  type: z.literal("agent_transfer"),
  target_agent_id: z.string().min(1),
  transfer_context: z.boolean().optional(),
  transfer_message: z.string().optional(),
});

const escalateNode = documentObject({
  ...nodeBase,
  type: z.literal("escalate"),
  reason: z.string().min(1).max(1000),
  static_text: z.string().optional(),
  /** Answers after a hand-back when no `handed_back` transition fires; never spoken on arrival. */
  system_prompt: z.string().optional(),
});

const endCallNode = documentObject({
  ...nodeBase,
  type: z.literal("end_call"),
  static_text: z.string().optional(),
  system_prompt: z.string().optional(),
});

export const workflowNode = z.discriminatedUnion("type", [
  standardNode,
  retrieveVariableNode,
  apiCallNode,
  agentTransferNode,
  escalateNode,
  endCallNode,
]);

const patterns = z.union([z.string(), z.array(z.string())]);

/**
 * Rules of the deterministic scripted model (used without an API key, and by tests). A reply rule applies when all of its
 * given parts match: `node` is a node id, `when` a case-insensitive regular expression on the last user text. The first rule
 * that applies answers. Texts may contain `{{variables}}` and `{{last_user_text}}`; of several texts the turn picks one.
 */
export const scriptedRules = documentObject({
  replies: z
    .array(
      documentObject({
        node: z.string().optional(),
        when: z.string().optional(),
        text: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
        /** Status label shown while the answer is prepared. */
        status: z.string().optional(),
      }),
    )
    .optional(),
  /** Variable → regular expressions on user texts with one capture group (case-insensitive); the first that fits wins. */
  extract: z.union([z.record(z.string(), patterns), z.array(z.record(z.string(), patterns))]).optional(),
  /**
   * Intent id → rules on the last user text (case-insensitive): letters only is a word or phrase that matches whole words,
   * anything else a regular expression.
   */
  intents: z.record(z.string(), z.array(z.string())).optional(),
  /** Pause between streamed pieces, in milliseconds. */
  pace_ms: integer(0, 10_000).optional(),
});

const anything = z.unknown().optional();
export const workflowSettings = documentObject({
  initial_node: nodeId,
  nodes: z.array(workflowNode).min(1),
  global_prompt: z.string().optional(),
  history_window: z.int().min(0).optional(),
  /** Sums up what falls out of the window; the default is that it is forgotten. */
  history_summary: z.boolean().optional(),
  max_transitions: integer(1, 1000).optional(),
  llm: llm.optional(),
  extraction_llm: extractionLlm.optional(),
  global_intents: z.record(z.string().min(1), globalIntent).optional(),
  global_intent_config: documentObject({
    enabled: z.boolean().optional(),
    confidence_threshold: between(0, 1).optional(),
    context_messages: integer(1, 20).optional(),
  }).optional(),
  rag: rag.optional(),
  escalation: escalation.optional(),
  post_call_analysis: postCallAnalysis.optional(),
  webhook: webhook.optional(),
  // Voice only: accepted and kept, ignored in text mode.
  interruption_settings: anything,
  recording: anything,
  tts: anything,
  stt: anything,
  auto_hangup: anything,
  "x-scripted": scriptedRules.optional(),
});

/**
 * The agent document `{agent, workflow}` as it is imported, stored and exported. The schema has no defaults, so a stored
 * document is exactly what its author wrote (import → export is the identity); defaults are filled when it is compiled.
 * Every object takes extension fields whose name starts with `x-` and refuses other unknown ones.
 */
export const agentDocument = documentObject({
  agent: documentObject({
    id: z.string().optional(),
    name: z.string().min(1).max(255),
    description: z.string().max(1000).optional(),
    tenant_id: z.string().optional(),
    /** True = a version is activated only when its tests have passed. */
    require_tests: z.boolean().optional(),
  }),
  workflow: workflowSettings,
  tests: agentTests.optional(),
});

export type AgentDocument = z.infer<typeof agentDocument>;
export type WorkflowSettings = z.infer<typeof workflowSettings>;
export type WorkflowNode = z.infer<typeof workflowNode>;
export type ScriptedRules = z.infer<typeof scriptedRules>;
export type EscalationSettings = z.infer<typeof escalation>;
export type RagSettings = z.infer<typeof rag>;
