import type { Graph, GraphNode } from "@parley/workflow-document";
import type { MakeEdits } from "../use-edits.js";

/** What every part of a node's panel works with. */
export interface NodePartProps {
  node: GraphNode;
  graph: Graph;
  edit: MakeEdits;
  onSelect(node: string | null): void;
}
