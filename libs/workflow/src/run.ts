import type { CompiledNode, CompiledWorkflow } from "./compiled.js";
import type { TestedCondition } from "./conditions.js";
import { WorkflowError } from "./errors.js";
import { markSecret, secretOf } from "./secret-reference.js";
import { fillTemplate, referTemplate } from "./template.js";
import type { CallEffect, Effect, EngineState, PendingCall, TurnDraft, WarningCode } from "./types.js";

/**
 * The working state of one step: a private copy of state and turn that the stages change in place, and the effects so far. Only `step`
 * creates one and only its copies leave it, so callers never see their inputs change.
 */
export interface Run {
  readonly workflow: CompiledWorkflow;
  readonly state: EngineState;
  readonly turn: TurnDraft;
  readonly effects: Effect[];
  readonly tested: TestedCondition[];
}

export function openRun(workflow: CompiledWorkflow, state: EngineState, turn: TurnDraft): Run {
  const copy: TurnDraft = {
    ...turn,
    parts: [...turn.parts],
    transitions: [...turn.transitions],
  };
  return { workflow, state: { ...state, turn: copy }, turn: copy, effects: [], tested: [] };
}

export function nodeById(workflow: CompiledWorkflow, id: string): CompiledNode {
  const node = workflow.nodes.get(id);
  // The caller mixed a session with another version's document: continuing would answer from the wrong place.
  if (!node) throw new WorkflowError("out_of_order", "the state names a node that this workflow does not have");
  return node;
}

export function currentNode(run: Run): CompiledNode {
  return nodeById(run.workflow, run.state.nodeId);
}

export function warn(run: Run, code: WarningCode, message: string): void {
  run.effects.push({ type: "warning", code, message });
}

/** Fills a template with the session's variables; a missing one leaves a warning in the trace. */
export function fill(run: Run, template: string, encode?: (value: string) => string): string {
  const { text, missing } = fillTemplate(template, run.state.variables, encode);
  warnOfMissing(run, missing);
  return text;
}

/** Like `fill`, for a text of a call that may name secrets: they leave the engine as marks. `encode` must leave none in a value. */
export function fillWithSecrets(run: Run, template: string, encode: (value: string) => string): string {
  const { text, missing } = fillTemplate(template, run.state.variables, encode, (name) => {
    const secret = secretOf(name);
    return secret === null ? null : markSecret(secret);
  });
  warnOfMissing(run, missing);
  return text;
}

/** Templates that instruct a model: variables appear by name, and their values are passed separately. */
export function refer(run: Run, templates: readonly string[]): { texts: string[]; values: Record<string, string> } {
  const referred = templates.map((template) => referTemplate(template, run.state.variables));
  for (const { missing } of referred) warnOfMissing(run, missing);
  return {
    texts: referred.map(({ text }) => text),
    values: Object.assign({}, ...referred.map(({ values }) => values)),
  };
}

function warnOfMissing(run: Run, missing: readonly string[]): void {
  for (const name of new Set(missing)) warn(run, "missing_variable", `{{${name}}} has no value`);
}

/** Percent-encodes a value for any place in a URL. Half a surrogate pair, which encodeURIComponent refuses, becomes U+FFFD. */
export function percentEncode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

/** Stores variables of this session and turn. A null means "asked, not found" and is not an extracted value. */
export function setVariables(run: Run, values: Record<string, unknown>): void {
  const found = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  run.state.variables = { ...run.state.variables, ...values };
  if (Object.keys(found).length > 0) run.turn.extracted = { ...run.turn.extracted, ...found };
  run.effects.push({ type: "variables.set", nodeId: run.state.nodeId, values });
}

type WithoutId<T> = T extends CallEffect ? Omit<T, "callId"> : never;

/** Ends the step with a call; the turn continues at `next` once its result arrives. */
export function requestCall(run: Run, call: WithoutId<CallEffect>, pending: Omit<PendingCall, "callId">): null {
  run.turn.calls += 1;
  const callId = `${run.state.sequence}.${run.turn.calls}`;
  run.turn.pending = { callId, ...pending };
  const { ownMessages } = run.state;
  const isLimited = ownMessages !== undefined && call.type !== "api.call" && call.type !== "agent.load";
  run.effects.push(isLimited ? { ...call, callId, ownMessages } : { ...call, callId });
  return null;
}
