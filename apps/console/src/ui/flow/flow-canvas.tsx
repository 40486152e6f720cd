import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
  useNodesState,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useEffect, useMemo, useRef } from "react";
import { cx } from "../cx.js";
import { Status } from "../status.js";
import styles from "./flow.module.css";
import type { FlowEdge, FlowNode, FlowProps } from "./flow-types.js";

type BoxNode = Node<{ node: FlowNode; chosen: boolean; connects: boolean }, "box">;

const TYPES = { box: Box };
const FIT = { padding: 0.15, maxZoom: 1, minZoom: 0.35 };
/** Up to four columns. */
const FITS_PX = 1_000;
const HALF_BOX_PX = 112;
const AHEAD_PX = 480;
const READABLE = 0.7;

export function FlowCanvas(props: FlowProps) {
  const { nodes: shown, edges, selected, sees = [], onSelect, onConnect, onRetarget } = props;
  const connects = onConnect !== undefined;
  const boxes = useMemo(() => shown.map((node) => boxOf(node, selected, connects)), [shown, selected, connects]);
  const [nodes, setNodes, onNodesChange] = useNodesState<BoxNode>(boxes);
  // Sizes are measured once; a new parse of the document keeps them, so that nothing flickers.
  useEffect(() => {
    setNodes((before) => {
      const sizes = new Map(before.map(({ id, measured }) => [id, measured]));
      return boxes.map((box) => ({ ...box, ...(sizes.get(box.id) && { measured: sizes.get(box.id) ?? {} }) }));
    });
  }, [boxes, setNodes]);
  const flow = useRef<ReactFlowInstance<BoxNode> | null>(null);
  // A new selected box was just added: scroll it into view.
  const known = useRef(new Set(shown.map(({ id }) => id)));
  useEffect(() => {
    const added = shown.find(({ id }) => id === selected && !known.current.has(id));
    if (selected === null || shown.some(({ id }) => id === selected))
      known.current = new Set(shown.map(({ id }) => id));
    if (added === undefined || flow.current === null) return;
    const zoom = Math.max(flow.current.getZoom(), READABLE);
    void flow.current.setCenter(added.x + HALF_BOX_PX, added.y + HALF_BOX_PX / 2, { zoom });
  }, [shown, selected]);
  const lines = useMemo(() => edges.map((edge) => lineOf(edge, selected)), [edges, selected]);
  return (
    <ReactFlow<BoxNode>
      nodes={nodes}
      edges={lines}
      nodeTypes={TYPES}
      onNodesChange={(changes) => {
        onNodesChange(changes.filter(({ type }) => type === "dimensions"));
        for (const change of changes) if (change.type === "select" && change.selected) onSelect(change.id);
      }}
      onNodeClick={(_, node) => onSelect(node.id)}
      onEdgeClick={(_, edge) => onSelect(edge.source)}
      onPaneClick={() => onSelect(null)}
      onConnect={({ source, target }) => onConnect?.(source, target)}
      {...(onRetarget && { onReconnect: (edge: Edge, { target }) => onRetarget(edge.id, target) })}
      nodesDraggable={false}
      nodesConnectable={connects}
      edgesReconnectable={onRetarget !== undefined}
      edgesFocusable={false}
      deleteKeyCode={null}
      multiSelectionKeyCode={null}
      selectionKeyCode={null}
      zoomOnScroll={false}
      panOnScroll
      preventScrolling={false}
      minZoom={0.2}
      onInit={(made) => {
        flow.current = made;
        showFirst(made, shown, { selected, sees });
      }}
      fitViewOptions={FIT}
      proOptions={{ hideAttribution: true }}
    >
      <Background gap={20} size={1} />
      <Controls showInteractive={false} fitViewOptions={FIT} />
    </ReactFlow>
  );
}

/** Shows the whole flow if it fits; otherwise the part around the selected node, or the beginning, at a readable size. */
function showFirst(
  flow: ReactFlowInstance<BoxNode>,
  nodes: readonly FlowNode[],
  { selected, sees }: { selected: string | null; sees: readonly string[] },
): void {
  const places = nodes.map(({ x }) => x);
  if (Math.max(...places) - Math.min(...places) < FITS_PX) {
    void flow.fitView(FIT);
    return;
  }
  if (sees.length > 0) {
    void flow.fitView({ ...FIT, minZoom: 0.5, nodes: sees.map((id) => ({ id })) });
    return;
  }
  const chosen = nodes.find(({ id }) => id === selected);
  const at = chosen ?? nodes.find(({ isStart }) => isStart);
  if (at) void flow.setCenter(at.x + (chosen ? HALF_BOX_PX : AHEAD_PX), at.y + HALF_BOX_PX / 2, { zoom: 0.8 });
}

const boxOf = (node: FlowNode, selected: string | null, connects: boolean): BoxNode => ({
  id: node.id,
  type: "box",
  position: { x: node.x, y: node.y },
  data: { node, chosen: node.id === selected, connects },
  ariaLabel: [node.title, node.kind, ...(node.mark === null ? [] : [node.mark.text])].join(", "),
  ariaRole: "button",
});

function lineOf({ id, from, to, label, faint }: FlowEdge, selected: string | null): Edge {
  const near = from === selected || to === selected;
  return {
    ...{ id, source: from, target: to, label: label.length > 32 ? `${label.slice(0, 31)}…` : label },
    className: cx(near && styles.near, faint && styles.faint) ?? "",
    markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18, color: "var(--edge)" },
    labelBgPadding: [4, 2],
    labelBgBorderRadius: 3,
    zIndex: near ? 1 : 0,
  };
}

function Box({ data: { node, chosen, connects } }: NodeProps<BoxNode>) {
  return (
    <div className={cx(styles.box, chosen && styles.chosen)}>
      <Handle type="target" position={Position.Left} isConnectable={connects} className={styles.handle} />
      <p className={styles.kind}>
        <span>{node.kind}</span>
        {node.isStart ? <span className={styles.start}>Start</span> : null}
      </p>
      <p className={styles.title}>{node.title}</p>
      {node.mark === null ? (
        <p className={styles.text}>{node.text ?? ""}</p>
      ) : (
        <Status tone={node.mark.tone}>{node.mark.text}</Status>
      )}
      <Handle type="source" position={Position.Right} isConnectable={connects} className={styles.handle} />
    </div>
  );
}
