import type { CompiledWorkflow } from "./compile.js";
import type { EngineEvent, EngineState, StepResult } from "./types.js";

export function initialState(
  _workflow: CompiledWorkflow,
  _seed?: { variables?: Record<string, unknown> },
): EngineState {
  throw new Error("not built yet");
}
export function step(_workflow: CompiledWorkflow, _state: EngineState, _event: EngineEvent): StepResult {
  throw new Error("not built yet");
}
