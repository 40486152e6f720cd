export { type CompiledWorkflow, compile } from "./compile.js";
export { WorkflowError } from "./errors.js";
export { pendingTimeout } from "./pending-timeout.js";
export { initialState, step } from "./step.js";
export type {
  ActionPhase,
  AgentRef,
  ApiAnswer,
  ApiCall,
  CallEffect,
  CallResult,
  ClassifyCall,
  Effect,
  EngineEvent,
  EngineState,
  ExtractCall,
  IntentMatch,
  IntentOption,
  Issue,
  LoadAgentCall,
  ModelCall,
  ModelSettings,
  RagQuery,
  ReplyCall,
  RetryPolicy,
  StepResult,
  TestedCondition,
  TurnDraft,
  TurnOutcome,
  ValidationResult,
  VariableRequest,
  WarningCode,
  Watch,
} from "./types.js";
export { validateDocument } from "./validate/validate-document.js";
