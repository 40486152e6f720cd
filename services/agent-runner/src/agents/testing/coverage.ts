import type { AgentDocument, SuiteResult, TransitionInfo } from "@parley/contracts";

interface Edge {
  from: string;
  condition: string;
  to: string;
}

const keyOf = ({ from, condition, to }: Edge): string => JSON.stringify([from, condition, to]);

const GLOBAL = "global_intent:";

/** Every edge of a document from one node to another; those of global intents start anywhere (`*`). */
function edgesOf({ workflow }: AgentDocument): Edge[] {
  const own = workflow.nodes.flatMap((node) =>
    (node.transitions ?? []).map(({ condition, target }) => ({ from: node.id, condition, to: target })),
  );
  const enabled = workflow.global_intent_config?.enabled !== false;
  const global = Object.entries(enabled ? (workflow.global_intents ?? {}) : {}).map(([id, intent]) => ({
    from: "*",
    condition: `${GLOBAL}${id}`,
    to: intent.target_node,
  }));
  return [...new Map([...own, ...global].map((edge) => [keyOf(edge), edge])).values()];
}

/** Which nodes and edges of a document the tests covered. The loop guard and transfers are not edges of the document. */
export function createCoverage(document: AgentDocument) {
  const nodes = new Set<string>();
  const edges = new Set<string>();
  return {
    enter(nodeId: string): void {
      nodes.add(nodeId);
    },
    take({ from_node, to_node, condition }: TransitionInfo): void {
      nodes.add(to_node);
      if (condition === null) return;
      const from = condition.startsWith(GLOBAL) ? "*" : from_node;
      edges.add(keyOf({ from, condition, to: to_node }));
    },
    result(): SuiteResult["coverage"] {
      const allNodes = document.workflow.nodes.map(({ id }) => id);
      const allEdges = edgesOf(document);
      const newNodes = allNodes.filter((id) => !nodes.has(id));
      const newEdges = allEdges.filter((edge) => !edges.has(keyOf(edge)));
      return {
        nodes: { visited: allNodes.length - newNodes.length, total: allNodes.length, unvisited: newNodes },
        edges: { visited: allEdges.length - newEdges.length, total: allEdges.length, unvisited: newEdges },
      };
    },
  };
}
export type Coverage = ReturnType<typeof createCoverage>;
