import type { AgentDocument } from "@parley/contracts";
import type { Action } from "./actions.js";
import type { ApiCall, IntentOption, ModelSettings, RetryPolicy, VariableRequest } from "./calls.js";
import type { Condition } from "./conditions.js";
import type { ResponsePath } from "./response-path.js";
import type { Retrieval } from "./retrieval.js";

export interface CompiledTransition {
  readonly condition: Condition;
  /** The condition as configured; included in answers. */
  readonly label: string;
  readonly target: string;
}

export type Prompt = { readonly kind: "static" | "system"; readonly text: string };

interface CompiledBase {
  readonly id: string;
  readonly name: string | null;
  /** In evaluation order: lower priority first, equal priorities as in the document. */
  readonly transitions: readonly CompiledTransition[];
  readonly onEntry: readonly Action[];
  readonly onExit: readonly Action[];
  /** The prompt or text of the node's answer; null when it has none. */
  readonly prompt: Prompt | null;
  readonly model: ModelSettings;
  /** How the node's answers retrieve passages; null = they do not. */
  readonly retrieval: Retrieval | null;
}

export interface StandardNode extends CompiledBase {
  readonly type: "standard";
  readonly proactive: boolean;
  /** True with an `always` transition: the node is left without waiting for the user. */
  readonly automatic: boolean;
  readonly intents: readonly IntentOption[];
  readonly intentThreshold: number;
  readonly intentScope: "node" | "conversation";
  readonly intentMessages: number;
}

export interface RetrieveNode extends CompiledBase {
  readonly type: "retrieve_variable";
  readonly variables: readonly VariableRequest[];
}

export interface ApiExtraction {
  readonly path: ResponsePath;
  readonly name: string;
  readonly default?: unknown;
}

export interface ApiNode extends CompiledBase {
  readonly type: "api_call";
  /** Said before the call. */
  readonly opening: string | null;
  readonly call: {
    readonly method: ApiCall["method"];
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly query: Readonly<Record<string, unknown>>;
    readonly body: unknown;
    readonly timeoutMs: number;
    readonly retry: RetryPolicy;
    readonly maxBytes: number;
    readonly allowedHosts: readonly string[] | null;
  };
  readonly extraction: readonly ApiExtraction[];
}

export interface TransferNode extends CompiledBase {
  readonly type: "agent_transfer";
  readonly targetAgentId: string;
  readonly withContext: boolean;
  readonly message: string | null;
}

export interface EscalateNode extends CompiledBase {
  readonly type: "escalate";
  readonly reason: string;
  /** Spoken on arrival; the prompt answers only after a hand-back. */
  readonly opening: string | null;
}

export interface EndNode extends CompiledBase {
  readonly type: "end_call";
}

export type CompiledNode = StandardNode | RetrieveNode | ApiNode | TransferNode | EscalateNode | EndNode;

export interface GlobalIntent extends IntentOption {
  readonly target: string;
  readonly priority: number;
  readonly activeFrom: ReadonlySet<string> | null;
  readonly excludedFrom: ReadonlySet<string>;
}

/** A version's document with indexes, parsed conditions and defaults; immutable, shared by all of its sessions. */
export interface CompiledWorkflow {
  readonly document: AgentDocument;
  readonly initialNode: string;
  readonly nodes: ReadonlyMap<string, CompiledNode>;
  /** Target of the loop guard; null when the document has no end. */
  readonly firstEndNode: string | null;
  readonly globalPrompt: string;
  readonly historyWindow: number;
  readonly maxTransitions: number;
  readonly extractionModel: ModelSettings;
  readonly globalIntents: readonly GlobalIntent[];
  readonly globalThreshold: number;
  readonly globalMessages: number;
  /** The number of consecutive negative messages to detect; 0 = off. */
  readonly negativeTurns: number;
}
