export { editGraph, editGraphAll, type GraphEdit } from "./edits.js";
export type { Position } from "./layout.js";
export { type Finding, type Graph, type GraphEdge, type GraphNode, placeFindings, readGraph } from "./read-graph.js";
export { EditRefused, type Refusal } from "./rewrite.js";
export { documentSchema } from "./schema.js";
export { writeYaml } from "./write-yaml.js";
