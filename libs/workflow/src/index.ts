export { type CompiledWorkflow, compile } from "./compile.js";
export { WorkflowError } from "./errors.js";
export { initialState, step } from "./step.js";
export type {
  ActionPhase,
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
  ModelSettings,
  RagQuery,
  ReplyCall,
  StepResult,
  TurnDraft,
  TurnOutcome,
  ValidationResult,
  VariableRequest,
  WarningCode,
} from "./types.js";
export { validateDocument } from "./validate/validate-document.js";
