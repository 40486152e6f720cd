import type { CodeEditorProps } from "../ui/code/code-types.js";

type Source = NonNullable<CodeEditorProps["completions"]>;
type Schema = Readonly<Record<string, unknown>>;

/** Fields and values that the document schema allows at the cursor; in YAML by the indentation above it. */
export function completeFrom(root: Schema): Source {
  return (context) => {
    const { text, from: lineStart } = context.state.doc.lineAt(context.pos);
    const before = text.slice(0, context.pos - lineStart);
    const line = /^(\s*(?:- )*)(?:([\w-]+):\s+)?([\w-]*)$/.exec(before);
    if (line === null) return null;
    const [, indent = "", key, word = ""] = line;
    if (word === "" && key === undefined && !context.explicit) return null;
    const path = pathAbove(context.state.doc.sliceString(0, lineStart), indent);
    const at = path.reduce<Schema[]>((schemas, step) => schemas.flatMap((schema) => below(root, schema, step)), [root]);
    const options =
      key === undefined
        ? fields(root, at)
        : values(
            root,
            at.flatMap((schema) => below(root, schema, key)),
          );
    return options.length === 0 ? null : { from: context.pos - word.length, options, validFor: /^[\w-]*$/ };
  };
}

/** Keys that contain the line, outermost first; `[]` for an item of a list. */
export function pathAbove(text: string, indent: string): string[] {
  const path: string[] = [];
  let column = indent.length;
  const take = (own: string): void => {
    // An item's dash is a level of its own, wherever the item begins.
    for (let dash = own.lastIndexOf("-"); dash >= 0; dash = own.lastIndexOf("-", dash - 1)) {
      if (dash < column) {
        path.unshift("[]");
        column = dash;
      }
    }
  };
  take(indent);
  for (const line of text.split("\n").reverse()) {
    const [, own = "", key] = /^(\s*(?:- )*)([\w-]+):/.exec(line) ?? [];
    if (key === undefined || own.trimStart().startsWith("#")) continue;
    const opensList = path[0] === "[]" && own.length === column && !own.includes("-");
    if (own.length < column || opensList) {
      path.unshift(key);
      column = own.length;
      take(own);
    } else if (own.includes("-") && own.length === column) take(own);
    if (column === 0) break;
  }
  return path;
}

const recordOf = (value: unknown): Schema => (typeof value === "object" && value !== null ? (value as Schema) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A schema with references resolved and alternatives listed. */
function alternatives(root: Schema, schema: Schema): Schema[] {
  const reference = typeof schema.$ref === "string" ? schema.$ref : null;
  if (reference !== null) {
    const parts = reference.split("/").slice(1);
    return alternatives(
      root,
      parts.reduce<Schema>((inner, step) => recordOf(inner[step]), root),
    );
  }
  const others = [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...listOf(schema.allOf)];
  return [schema, ...others.flatMap((other) => alternatives(root, recordOf(other)))];
}

function below(root: Schema, schema: Schema, step: string): Schema[] {
  return alternatives(root, schema).flatMap((one) => {
    const next = step === "[]" ? one.items : (recordOf(one.properties)[step] ?? one.additionalProperties);
    return typeof next === "object" && next !== null ? [recordOf(next)] : [];
  });
}

function fields(root: Schema, schemas: readonly Schema[]) {
  const found = new Map<string, string>();
  for (const one of schemas.flatMap((schema) => alternatives(root, schema))) {
    for (const [name, schema] of Object.entries(recordOf(one.properties))) {
      found.set(name, String(recordOf(schema).description ?? found.get(name) ?? ""));
    }
  }
  return [...found].map(([label, info]) => ({ label, type: "property", apply: `${label}: `, ...(info && { info }) }));
}

function values(root: Schema, schemas: readonly Schema[]) {
  const found = schemas
    .flatMap((schema) => alternatives(root, schema))
    .flatMap((one) => [
      ...listOf(one.enum),
      ...(one.const === undefined ? [] : [one.const]),
      ...(one.type === "boolean" ? [true, false] : []),
    ]);
  return [...new Set(found.map(String))].map((label) => ({ label, type: "constant" }));
}
