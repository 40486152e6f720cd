import { parseAction } from "../actions.js";
import { checkApiCall, checkTransfer } from "./api-rules.js";
import type { Issue } from "./issue.js";
import {
  actionsOf,
  isRecord,
  listOf,
  type Outline,
  type OutlineNode,
  type OutlineTransition,
  type Path,
  recordOf,
  wordsOf,
} from "./outline.js";

const error = (path: Path, code: string, message: string): Issue => ({ path, code, message, severity: "error" });

/** Rules for each node, beyond its field types. */
export function checkNodes(outline: Outline): Issue[] {
  return outline.nodes.flatMap((node) => [
    ...checkIdentity(outline, node),
    ...node.transitions.flatMap((transition) => checkTransition(outline, node, transition)),
    ...checkPrompts(node),
    ...checkVariables(node),
    ...checkApiCall(node),
    ...checkTransfer(node),
    ...checkActions(node),
  ]);
}

function checkIdentity(outline: Outline, node: OutlineNode): Issue[] {
  const issues: Issue[] = [];
  if (outline.byId.get(node.id) !== node) {
    issues.push(error([...node.path, "id"], "duplicate_id", "another node has this id"));
  }
  if (node.type === "end_call" && listOf(node.raw.transitions).length > 0) {
    issues.push(error([...node.path, "transitions"], "end_call_with_transitions", "an end has no transitions"));
  }
  return issues;
}

function checkTransition(outline: Outline, node: OutlineNode, transition: OutlineTransition): Issue[] {
  const issues: Issue[] = [];
  const { parsed } = transition;
  const path = [...transition.path, "condition"];
  if (!outline.byId.has(transition.target)) {
    issues.push(error([...transition.path, "target"], "unknown_node", "no node has this id"));
  }
  if (!parsed.ok) return [...issues, error(path, parsed.code, parsed.message)];
  const { type } = parsed.condition;
  if (type.startsWith("api_") && node.type !== "api_call") {
    issues.push(error(path, "bad_condition", "api conditions work after an api_call node only"));
  }
  if (type === "handed_back" && node.type !== "escalate") {
    issues.push(error(path, "bad_condition", "handed_back works after an escalate node only"));
  }
  const intents = recordOf(node.raw.intents);
  const needsAny = type === "intent.no_match" && Object.keys(intents).length === 0;
  if (needsAny || (parsed.condition.type === "intent" && !Object.hasOwn(intents, parsed.condition.id))) {
    issues.push(error(path, "missing_intents", "the node does not declare this intent"));
  }
  return issues;
}

function checkPrompts(node: OutlineNode): Issue[] {
  if (node.type !== "standard" && node.type !== "end_call") return [];
  const system = wordsOf(node.raw.system_prompt);
  const fixed = wordsOf(node.raw.static_text);
  if (system !== null && fixed !== null) {
    return [error([...node.path, "static_text"], "both_prompts", "use system_prompt or static_text, not both")];
  }
  if (system !== null || fixed !== null || node.type === "end_call") return [];
  return [error(node.path, "missing_prompt", "a standard node needs system_prompt or static_text")];
}

function checkVariables(node: OutlineNode): Issue[] {
  if (node.type !== "retrieve_variable") return [];
  const variables = listOf(node.raw.variables);
  if (variables.length === 0) {
    return [error([...node.path, "variables"], "missing_variables", "name at least one variable")];
  }
  const seen = new Set<unknown>();
  return variables.flatMap((variable, index) => {
    const name = isRecord(variable) ? variable.variable_name : undefined;
    const again = name !== undefined && seen.has(name);
    seen.add(name);
    const path = [...node.path, "variables", index, "variable_name"];
    return again ? [error(path, "duplicate_id", "the node names this variable twice")] : [];
  });
}

function checkActions(node: OutlineNode): Issue[] {
  return [...actionsOf(node, "on_entry"), ...actionsOf(node, "on_exit")]
    .filter(({ text }) => parseAction(text) === null)
    .map(({ path }) => error(path, "bad_action", "use log:…, log:variables, webhook:url, hangup or set:name=value"));
}
