import type { RagSettings } from "@parley/contracts";
import type { RagQuery } from "./calls.js";

/** How passages are retrieved: everything of a query but its text. */
export type Retrieval = Readonly<Omit<RagQuery, "text">>;

/**
 * The retrieval of one node: the workflow's settings, each overridden by the node's own; the two weights belong together. Null when neither
 * has any, or the overriding one says `enabled: false`.
 */
export function retrievalOf(workflow: RagSettings | undefined, node: RagSettings | undefined): Retrieval | null {
  if (workflow === undefined && node === undefined) return null;
  const enabled = node === undefined ? workflow?.enabled !== false : node.enabled !== false;
  if (!enabled) return null;
  const ownWeights = node?.vector_weight !== undefined || node?.fts_weight !== undefined;
  const weights = ownWeights ? node : workflow;
  return {
    search_mode: node?.search_mode ?? workflow?.search_mode ?? "hybrid",
    top_k: node?.top_k ?? workflow?.top_k ?? 5,
    rrf_k: node?.rrf_k ?? workflow?.rrf_k ?? 60,
    vector_weight: weights?.vector_weight ?? 0.6,
    fts_weight: weights?.fts_weight ?? 0.4,
  };
}
