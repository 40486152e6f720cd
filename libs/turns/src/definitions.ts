import type { ScriptedRules } from "@parley/contracts";
import { TerminalError } from "@parley/contracts";
import { type CompiledWorkflow, compile, validateDocument } from "@parley/workflow";

export interface Definition {
  agentName: string;
  workflow: CompiledWorkflow;
  /** Rules for the scripted model; other models never see them. */
  scripted: ScriptedRules | undefined;
  /** The agent whose knowledge base its answers use; absent = none is available, as in a test of a document. */
  knowledge?: { agentId: string; version: number };
}

/** Where the documents of versions are stored. Undefined = no such version. */
interface Documents {
  document(
    tenantId: string,
    agentId: string,
    version: number,
  ): Promise<{ name: string; document: unknown } | undefined>;
}

const MAX_DEFINITIONS = 500;

/**
 * Versions are immutable, so a compiled one is cached as long as there is room. Throws TerminalError when the version does not
 * exist or cannot be compiled: a retry cannot help.
 */
export function createDefinitions(documents: Documents) {
  const compiled = new Map<string, Definition>();
  return async (tenantId: string, agentId: string, version: number): Promise<Definition> => {
    const key = `${agentId}:${version}`;
    const known = compiled.get(key);
    if (known) return known;
    const row = await documents.document(tenantId, agentId, version);
    if (!row) throw new TerminalError("the agent version of this session is gone");
    const { document } = validateDocument(row.document);
    if (!document) throw new TerminalError("the stored agent document is not valid");
    const definition = {
      agentName: row.name,
      workflow: compile(document),
      scripted: document.workflow["x-scripted"],
      knowledge: { agentId, version },
    };
    const [oldest] = compiled.keys();
    if (compiled.size >= MAX_DEFINITIONS && oldest !== undefined) compiled.delete(oldest);
    compiled.set(key, definition);
    return definition;
  };
}
export type Definitions = ReturnType<typeof createDefinitions>;
