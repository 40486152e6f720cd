import type { RetrieveNode } from "../compiled.js";
import { type Run, refer, requestCall, setVariables } from "../run.js";

/** One call asks for all variables of the node. */
export function requestVariables(run: Run, node: RetrieveNode): null {
  const { texts, values } = refer(
    run,
    node.variables.map(({ prompt }) => prompt),
  );
  return requestCall(
    run,
    {
      type: "llm.extract",
      nodeId: node.id,
      variables: node.variables.map((variable, index) => ({ ...variable, prompt: texts[index] ?? "" })),
      values,
      model: run.workflow.extractionModel,
    },
    { kind: "extract", next: "leave" },
  );
}

/** Stores the extracted values; a variable that could not be extracted gets its default, else null. Unrequested values are dropped. */
export function storeVariables(run: Run, node: RetrieveNode, values: Readonly<Record<string, unknown>>): void {
  const stored = node.variables.map(({ name, default: fallback }) => {
    const value = Object.hasOwn(values, name) ? values[name] : null;
    return [name, isExtracted(value) ? value : (fallback ?? null)];
  });
  setVariables(run, Object.fromEntries(stored));
}

/** Models write blank text for "not mentioned"; a number that JSON cannot represent would not survive storage. */
function isExtracted(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === "string") return value.trim() !== "";
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "boolean" || typeof value === "object";
}
