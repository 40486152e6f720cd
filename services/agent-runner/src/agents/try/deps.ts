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
  /** HTTP calls are made; else a step waits for what they are to be answered. */
  makesCalls: boolean;
  turnId: string;
  /** Of the link of a recorded conversation; absent = nothing stands beside the document. */
  policy?: PromptPolicy;
  greeting?: string | null;
}

/** What the engine tells of a step while it runs. */
export interface Told {
  transitions: TransitionInfo[];
  conditions: TestedCondition[];
}
