import { type Document, LineCounter, type Node, type ParsedNode, parseDocument, type YAMLParseError } from "yaml";

/** As the server reads documents: far above hand-written ones, far below a "billion laughs". */
const MAX_ALIASES = 100;

export interface TextProblem {
  from: number;
  to: number;
  message: string;
}

/** A document as text, as a tree with places, and as the value that the server reads from it. */
export interface Source {
  readonly text: string;
  readonly format: "json" | "yaml";
  readonly tree: Document.Parsed;
  readonly root: Node | null;
  /** Undefined when the text cannot be read. */
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
  placeOf(offset: number): { line: number; column: number };
}

/** Reads a text as the server does: JSON if it is JSON, else YAML of the core schema. Never throws. */
export function openSource(text: string): Source {
  const json = readJson(text);
  const lines = new LineCounter();
  const options = { schema: "core", lineCounter: lines, keepSourceTokens: true } as const;
  const tree = json.ok
    ? parseDocument<ParsedNode>(spaced(text), { ...options, uniqueKeys: false, strict: false })
    : parseDocument<ParsedNode>(text, options);
  const read = json.ok ? { value: json.value, problems: [] } : readYaml(text, tree as Document.Parsed, json.error);
  return {
    text,
    format: json.ok ? "json" : "yaml",
    tree: tree as Document.Parsed,
    root: tree.contents,
    ...read,
    placeOf: (offset) => {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    },
  };
}

function readJson(text: string): { ok: true; value: unknown } | { ok: false; error: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, error };
  }
}

/** JSON whose tabs and marks are spaces where they stand between tokens, which YAML refuses there: every offset stays. */
const spaced = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|\t/g, (token) => (token === "\t" ? " " : token));

function readYaml(text: string, tree: Document.Parsed, jsonError: unknown): Pick<Source, "value" | "problems"> {
  if (tree.errors.length > 0) {
    const looksLikeJson = text.trimStart().startsWith("{") && jsonError instanceof SyntaxError;
    const problems = tree.errors.map((error: YAMLParseError) => ({
      from: error.pos[0],
      to: error.pos[1],
      message: looksLikeJson ? "this is neither JSON nor YAML" : (error.message.split(" at line ")[0] ?? ""),
    }));
    return { value: undefined, problems };
  }
  try {
    const value: unknown = JSON.parse(JSON.stringify(tree.toJS({ maxAliasCount: MAX_ALIASES }) ?? null));
    return { value, problems: [] };
  } catch {
    return { value: undefined, problems: [{ from: 0, to: 0, message: "aliases expand too often" }] };
  }
}
