import type { TransitionInfo } from "@parley/contracts";
import type { Model } from "@parley/llm";
import type { Outbound } from "@parley/outbound";
import type { Definition, Definitions, PromptPolicy } from "@parley/turns";
import type { TestedCondition } from "@parley/workflow";
import type { AgentsDeps } from "../deps.js";

export interface TryDeps extends AgentsDeps {
  model: Model;
  outbound: Outbound;
  /** Versions of all agents: a conversation may be transferred to another one. */
  definitions: Definitions;
}

export interface TryContext extends TryDeps {
  tenantId: string;
  definition: Definition;
  /** True = HTTP calls are made; else a step waits until the caller provides their answers. */
  makesCalls: boolean;
  turnId: string;
  /** From the link of a recorded conversation; absent = only the document counts. */
  policy?: PromptPolicy;
  greeting?: string | null;
}

/** What the engine reports about a step while it runs. */
export interface Told {
  transitions: TransitionInfo[];
  conditions: TestedCondition[];
}
