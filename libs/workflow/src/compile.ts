import type { AgentDocument } from "@parley/contracts";

export interface CompiledWorkflow {
  readonly document: AgentDocument;
}
export function compile(document: AgentDocument): CompiledWorkflow {
  return { document };
}
