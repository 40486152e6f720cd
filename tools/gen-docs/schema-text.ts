import { z } from "zod";

/** The part of JSON Schema that zod writes for our messages. */
interface Node {
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Node[];
  oneOf?: Node[];
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
  $ref?: string;
  $defs?: Record<string, Node>;
}

const WIDTH = 110;
const NAMED_FORMATS = new Set(["uuid", "email"]);

/** A zod schema in the notation of TypeScript types, as it travels on the wire. */
export function schemaText(schema: z.ZodType): string {
  // zod types the result as its own JSON Schema document; Node names the members that are read here.
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Node;
  return textOf(root, root, "");
}

function textOf(node: Node, root: Node, indent: string): string {
  if (node.$ref !== undefined) {
    const target = root.$defs?.[node.$ref.replace("#/$defs/", "")];
    return target === undefined ? "unknown" : textOf(target, root, indent);
  }
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = node.anyOf ?? node.oneOf;
  if (variants !== undefined) return variants.map((variant) => textOf(variant, root, indent)).join(" | ");
  if (node.properties !== undefined) return objectText(node, root, indent);
  if (node.type === "array") {
    const item = node.items === undefined ? "unknown" : textOf(node.items, root, indent);
    return item.includes(" | ") && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
  }
  if (node.type === "object") {
    const value = typeof node.additionalProperties === "object" ? textOf(node.additionalProperties, root, indent) : "";
    return value === "" ? "{}" : `Record<string, ${value}>`;
  }
  if (node.format !== undefined && NAMED_FORMATS.has(node.format)) return node.format;
  if (Array.isArray(node.type)) return node.type.join(" | ");
  return node.type ?? "unknown";
}

function objectText(node: Node, root: Node, indent: string): string {
  const required = new Set(node.required ?? []);
  const entries = Object.entries(node.properties ?? {});
  if (entries.length === 0) return "{}";
  const members = (inner: string) =>
    entries.map(([name, child]) => `${name}${required.has(name) ? "" : "?"}: ${textOf(child, root, inner)}`);
  const line = `{ ${members("").join("; ")} }`;
  if (line.length + indent.length <= WIDTH && !line.includes("\n")) return line;
  const inner = `${indent}  `;
  return `{\n${members(inner)
    .map((member) => `${inner}${member};`)
    .join("\n")}\n${indent}}`;
}
