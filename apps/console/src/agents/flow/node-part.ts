import type { Graph, GraphNode } from "@parley/workflow-document";
import type { MakeEdits } from "../use-edits.js";

/** Common props of the parts of a node's panel. */
export interface NodePartProps {
  node: GraphNode;
  graph: Graph;
  edit: MakeEdits;
  onSelect(node: string | null): void;
}
