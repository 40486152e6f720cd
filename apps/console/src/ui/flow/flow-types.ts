import type { Tone } from "../status.js";

/** A box of a flow, at its place. */
export interface FlowNode {
  id: string;
  x: number;
  y: number;
  title: string;
  /** Above the title: the type of the node. */
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
  /** Drawn dashed: according to the overlay nothing went here. */
  faint: boolean;
}

export interface FlowProps {
  label: string;
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  selected: string | null;
  /** Initially visible nodes, if not everything fits; else the selected box, or the beginning. */
  sees?: readonly string[];
  onSelect: (node: string | null) => void;
  /** Without these two the flow is read-only. */
  onConnect?: (from: string, to: string) => void;
  onRetarget?: (edge: string, to: string) => void;
}
