import { Document, isScalar, type Node, Scalar } from "yaml";

const MULTI_LINE = /\n/;
const BLOCK = new Set<string | undefined>([Scalar.BLOCK_LITERAL, Scalar.BLOCK_FOLDED]);

interface Style {
  /** How far a level stands in. */
  step: number;
  /** What stood there before; a text keeps its quotes or its block. */
  old?: Node | null;
}

const options = (step: number) => ({ lineWidth: 0, indent: step, doubleQuotedMinMultiLineLength: 1_000_000 });

/** Texts of several lines are blocks, and what was quoted stays quoted. */
function nodesOf(tree: Document, value: unknown, old: Node | null, flow: boolean): Node {
  const node = tree.createNode(value, { aliasDuplicateObjects: false, flow }) as Node;
  if (!isScalar(node) || typeof node.value !== "string") return node;
  const type = isScalar(old) ? old.type : undefined;
  const block = MULTI_LINE.test(node.value) || BLOCK.has(type);
  if (block && !flow) node.type = type === Scalar.BLOCK_FOLDED ? type : Scalar.BLOCK_LITERAL;
  else if (type !== undefined && !BLOCK.has(type)) node.type = type;
  return node;
}

/** The text after the colon of a key that stands in column `column` of a block: it begins with a space or a line break. */
export function blockValue(value: unknown, column: number, { step, old = null }: Style): string {
  const tree = new Document({});
  tree.set("k", nodesOf(tree, value, old, false));
  return indented(tree.toString(options(step)).slice(2).replace(/\n$/, ""), column);
}

/** A whole entry of a block mapping, without line break around it. */
export function blockPair(key: string, value: unknown, column: number, style: Style): string {
  const tree = new Document({ [key]: null });
  tree.set(key, nodesOf(tree, value, null, false));
  return indented(tree.toString(options(style.step)).replace(/\n$/, ""), column);
}

/** What stands behind the dash of a block sequence whose items begin in `column`. */
export function blockItem(value: unknown, column: number, { step, old = null }: Style): string {
  const tree = new Document(null);
  tree.contents = nodesOf(tree, value, old, false) as typeof tree.contents;
  return indented(tree.toString(options(step)).replace(/\n$/, ""), column);
}

const indented = (text: string, column: number): string => text.replace(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);

/** A value within braces or brackets, on one line. */
export function flowValue(value: unknown, old: Node | null = null): string {
  const tree = new Document([]);
  tree.contents = tree.createNode([nodesOf(tree, value, old, true)], { flow: true }) as typeof tree.contents;
  return /^\[ (.*) \]\n?$/s.exec(tree.toString(options(2)))?.[1] ?? JSON.stringify(value);
}

/** JSON on one line with spaces within braces, or spread over lines that stand in by `indent`. */
export function jsonValue(value: unknown, { unit, indent, spread }: { unit: string; indent: string; spread: boolean }) {
  if (spread) return JSON.stringify(value, null, unit).replaceAll("\n", `\n${indent}`);
  return onOneLine(value);
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${onOneLine(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
