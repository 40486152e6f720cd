import { canRest, type Issue, isInScope, type OutlineNode, readOutline, validateDocument } from "@parley/workflow";
import { layOut, type Position } from "./layout.js";
import { endOf, findPlace, spanOf } from "./places.js";
import { openSource, type Source, type TextProblem } from "./source.js";

/** Something wrong or doubtful, with its place in the text; lines and columns begin at 1, offsets at 0. */
export interface Finding {
  from: number;
  to: number;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  path: (string | number)[];
  /** As the server's answers name the place, without `/document`. */
  pointer: string;
  /** `unreadable` = neither JSON nor YAML; else as the checks of the server. */
  code: string;
  message: string;
  severity: "error" | "warning";
}

export interface GraphNode {
  id: string;
  /** Place in `workflow.nodes`. */
  index: number;
  type: string;
  name: string | null;
  /** What it says or is told, as far as its type has that: the first of prompt, fixed text, reason, message, address. */
  text: string | null;
  /** Everything that is written in the node, as it is read; not for changing. */
  fields: Readonly<Record<string, unknown>>;
  isStart: boolean;
  position: Position;
  /** Offsets of the node in the text. */
  from: number;
  to: number;
  line: number;
}

export interface GraphEdge {
  /** `<node>:<index>`: unique in this reading. */
  id: string;
  from: string;
  to: string;
  condition: string;
  /** `always`, `contains`, `intent` …; null when the condition cannot be read. */
  kind: string | null;
  priority: number;
  /** Place in the node's `transitions`; edits name the edge by it. */
  index: number;
  /** Place among the node's edges in the order in which they are tried. */
  order: number;
}

interface GraphIntent {
  id: string;
  description: string;
  target: string;
  priority: number;
  /** Nodes where a message can take it. */
  from: string[];
}

export interface Graph {
  format: "json" | "yaml";
  /** False when the text cannot be read, or is no document with nodes: then there is nothing to show or to edit. */
  readable: boolean;
  /** True when the server would take the document. */
  valid: boolean;
  start: string | null;
  nodes: GraphNode[];
  edges: GraphEdge[];
  globalIntents: GraphIntent[];
  /** Settings of the workflow beside its nodes, as they are written. */
  settings: Readonly<Record<string, unknown>>;
  findings: Finding[];
}

/** A document as a graph, with everything that is to be said of it. Never throws. */
export function readGraph(text: string): Graph {
  const source = openSource(text);
  const { format } = source;
  if (source.value === undefined) {
    const findings = source.problems.map((problem) => unreadable(source, problem));
    const nothing = { start: null, nodes: [], edges: [], globalIntents: [], settings: {} };
    return { format, readable: false, valid: false, ...nothing, findings };
  }
  const outline = readOutline(source.value);
  const checked = validateDocument(source.value);
  const nodes = [...outline.byId.values()];
  const edges = nodes.flatMap(edgesOf);
  const start = outline.initialNode;
  const positions = layOut({ ids: nodes.map(({ id }) => id), edges, start });
  return {
    format,
    readable: nodes.length > 0,
    valid: checked.valid,
    start,
    nodes: nodes.map((node) => ({
      ...nodeOf(source, node),
      isStart: node.id === start,
      position: positions.get(node.id) ?? { x: 0, y: 0 },
    })),
    edges,
    globalIntents: outline.globals.map((intent) => {
      const id = String(intent.path.at(-1));
      const raw = (outline.settings.global_intents as Record<string, Record<string, unknown>>)[id] ?? {};
      const from = nodes.filter((node) => canRest(node) && isInScope(intent, node)).map((node) => node.id);
      const priority = typeof raw.priority === "number" ? raw.priority : 0;
      return { id, description: wordsOf(raw.description) ?? "", target: intent.target, priority, from };
    }),
    settings: outline.settings,
    findings: checked.issues.map((issue) => findingOf(source, issue)),
  };
}

/** Findings that the server adds, with their places in the text; none while the text cannot be read. */
export function placeFindings(text: string, issues: readonly Issue[]): Finding[] {
  const source = openSource(text);
  return source.value === undefined ? [] : issues.map((issue) => findingOf(source, issue));
}

function nodeOf(source: Source, { id, type, path, raw }: OutlineNode): Omit<GraphNode, "isStart" | "position"> {
  const node = findPlace(source, path)?.node ?? null;
  const from = node?.range?.[0] ?? 0;
  const { line } = source.placeOf(from);
  const to = endOf(source.text, node);
  const words = { name: wordsOf(raw.name), text: textOf(raw), fields: raw };
  return { id, index: Number(path[2]), type, ...words, from, to, line };
}

function edgesOf({ id, transitions, path, raw }: OutlineNode): GraphEdge[] {
  return transitions.map(({ condition, target, parsed, path: own }, order) => {
    const index = Number(own[path.length + 1]);
    const written = (raw.transitions as { priority?: unknown }[])[index]?.priority;
    return {
      id: `${id}:${index}`,
      from: id,
      to: target,
      condition,
      kind: parsed.ok ? parsed.condition.type : null,
      priority: typeof written === "number" ? written : 0,
      index,
      order,
    };
  });
}

const wordsOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

function textOf(raw: OutlineNode["raw"]): string | null {
  const call = raw.api_call as { url?: unknown } | null | undefined;
  const texts = [raw.static_text, raw.system_prompt, raw.reason, raw.transfer_message, call?.url];
  return texts.map(wordsOf).find((text) => text !== null && text.trim() !== "") ?? null;
}

const pointerOf = (path: Issue["path"]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

function findingOf(source: Source, issue: Issue): Finding {
  const ofKey = issue.code === "unknown_field" || issue.code === "deprecated_field";
  const span = spanOf(source, issue.path, ofKey);
  return { ...placed(source, span), pointer: pointerOf(issue.path), ...issue };
}

function unreadable(source: Source, { from, to, message }: TextProblem): Finding {
  return { ...placed(source, { from, to }), path: [], pointer: "", code: "unreadable", message, severity: "error" };
}

function placed(source: Source, { from, to }: { from: number; to: number }) {
  const [start, end] = [source.placeOf(from), source.placeOf(to)];
  return { from, to, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}
