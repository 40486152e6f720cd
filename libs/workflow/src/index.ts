export { compile } from "./compile.js";
export type { CompiledWorkflow } from "./compiled.js";
export { parseCondition, type TestedCondition } from "./conditions.js";
export { WorkflowError } from "./errors.js";
export { pendingTimeout } from "./pending-timeout.js";
export { fillSecrets, markedSecrets, secretOf } from "./secret-reference.js";
export { initialState, step } from "./step.js";
export { storableText } from "./storable.js";
export type {
  AgentRef,
  ApiCall,
  CallEffect,
  CallResult,
  Effect,
  EngineEvent,
  EngineState,
  LoadAgentCall,
  ModelCall,
  ModelSettings,
  RagQuery,
  RetryPolicy,
  StepResult,
  TurnOutcome,
} from "./types.js";
export { isInScope } from "./validate/graph.js";
export type { Issue } from "./validate/issue.js";
export { canRest, listOf, type OutlineNode, readOutline, recordOf } from "./validate/outline.js";
export { checkSecrets, secretNames } from "./validate/secret-rules.js";
export { validateDocument } from "./validate/validate-document.js";
