import type { Tone } from "../status.js";

/** A box of a flow, at its place. */
export interface FlowNode {
  id: string;
  x: number;
  y: number;
  title: string;
  /** Above the title: what kind of node it is. */
  kind: string;
  text: string | null;
  isStart: boolean;
  /** A fact of an overlay, below the text. */
  mark: { tone: Tone; text: string } | null;
}

export interface FlowEdge {
  id: string;
  from: string;
  to: string;
  label: string;
  /** Drawn dashed: an overlay says that nothing went here. */
  faint: boolean;
}

export interface FlowProps {
  label: string;
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  selected: string | null;
  /** What is in sight first, where not everything fits; else the chosen box, or where it begins. */
  sees?: readonly string[];
  onSelect: (node: string | null) => void;
  /** Without these two the flow can only be looked at. */
  onConnect?: (from: string, to: string) => void;
  onRetarget?: (edge: string, to: string) => void;
}
