import type { AgentDocument } from "@parley/contracts";
import { checkGraph } from "./graph-rules.js";
import type { ValidationResult } from "./issue.js";
import { checkNodes } from "./node-rules.js";
import { readOutline } from "./outline.js";
import { checkSettings } from "./setting-rules.js";
import { checkShape } from "./shape.js";
import { checkTests } from "./test-rules.js";
import { checkTemplates } from "./variable-rules.js";

/**
 * Checks an agent document of unknown origin and reports every issue at once, errors before warnings, each group in the order of the
 * document's parts. Never throws. A valid document is returned unchanged: no defaults, extensions kept.
 */
export function validateDocument(input: unknown): ValidationResult {
  const outline = readOutline(input);
  const found = [
    ...checkShape(input),
    ...checkSettings(outline),
    ...checkNodes(outline),
    ...checkGraph(outline),
    ...checkTemplates(outline),
    ...checkTests(input, outline),
  ];
  const errors = found.filter(({ severity }) => severity === "error");
  const issues = [...errors, ...found.filter(({ severity }) => severity === "warning")];
  if (errors.length > 0) return { valid: false, issues };
  // The schema accepted it; its output is a copy of the input, so the input itself has the document's type.
  return { valid: true, document: input as AgentDocument, issues };
}
