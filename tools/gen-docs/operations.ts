import { z } from "zod";

/** The part of JSON Schema that the document of the API has. */
interface Node {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Node[];
  oneOf?: Node[];
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
}

const node = z.custom<Node>((value) => typeof value === "object" && value !== null);
const content = z.record(z.string(), z.object({ schema: node.optional() })).optional();
const operation = z.object({
  summary: z.string(),
  parameters: z
    .array(z.object({ in: z.string(), name: z.string(), required: z.boolean().optional(), schema: node }))
    .default([]),
  requestBody: z.object({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(z.string(), z.object({ content })),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
});
const api = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), node) }),
});

const HEAD = `// Written by \`npm run docs:generate\` from docs/openapi.json.
`;
const SCALARS: Record<string, string> = { integer: "number", object: "Record<string, unknown>", array: "unknown[]" };

/** The types of the client: every operation that takes a token or a signature, by method and path, and what they name. */
export function operationsSource(document: unknown): string {
  const { paths, components } = api.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, declared]) => {
      const parsed = operation.safeParse(declared);
      return parsed.success && parsed.data.security.length > 0
        ? [operationText(`${method.toUpperCase()} ${path}`, parsed.data)]
        : [];
    }),
  );
  const text = operations.join("");
  const used = reachable(text, components.schemas);
  const schemas = used.map((name) => `  ${name}: ${typeText(components.schemas[name] ?? {}, "  ")};\n`);
  return `${HEAD}
/** What the operations speak of, by the names of the document. */
export interface Schemas {
${schemas.join("")}}

/** Every operation that takes a token or a signing key. \`answer\` is JSON, \`file\` anything else. */
export interface Operations {
${text}}
`;
}

function operationText(name: string, { summary, parameters, requestBody, responses }: z.output<typeof operation>) {
  const inside = (place: string) => parameters.filter((one) => one.in === place);
  const members = (place: string): string =>
    inside(place)
      .map((one) => `${keyText(one.name)}${one.required ? "" : "?"}: ${typeText(one.schema, "      ")}`)
      .join("; ");
  const lines = [];
  if (inside("path").length > 0) lines.push(`path: { ${members("path")} }`);
  const optional = inside("query").every((one) => !one.required);
  if (inside("query").length > 0) lines.push(`query${optional ? "?" : ""}: { ${members("query")} }`);
  const body = requestBody?.content?.["application/json"]?.schema;
  if (body !== undefined) lines.push(`body${requestBody?.required === false ? "?" : ""}: ${typeText(body, "    ")}`);
  const good = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  const answers = good.flatMap(([, one]) => Object.entries(one.content ?? {}));
  const json = answers.flatMap(([type, one]) => (type === "application/json" && one.schema ? [one.schema] : []));
  if (json.length > 0) lines.push(`answer: ${[...new Set(json.map((one) => typeText(one, "    ")))].join(" | ")}`);
  const files = answers.map(([type]) => type).filter((type) => type !== "application/json");
  if (files.length > 0) lines.push(`file: ${[...new Set(files)].map((type) => JSON.stringify(type)).join(" | ")}`);
  return `  /** ${summary} */\n  "${name}": {\n${lines.map((line) => `    ${line};\n`).join("")}  };\n`;
}

/** Names that a text and what it names speak of, sorted. */
function reachable(text: string, schemas: Record<string, Node>): string[] {
  const found = new Set<string>();
  const look = (at: string): void => {
    for (const [, name = ""] of at.matchAll(/Schemas\["(\w+)"\]/g)) {
      if (found.has(name)) continue;
      found.add(name);
      look(typeText(schemas[name] ?? {}, ""));
    }
  };
  look(text);
  return [...found].sort();
}

function typeText(of: Node, indent: string): string {
  if (of.$ref !== undefined) return `Schemas["${of.$ref.replace("#/components/schemas/", "")}"]`;
  if (of.const !== undefined) return JSON.stringify(of.const);
  if (of.enum !== undefined) return of.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = of.anyOf ?? of.oneOf;
  if (variants !== undefined) return [...new Set(variants.map((one) => typeText(one, indent)))].join(" | ");
  if (of.properties !== undefined) return objectText(of, indent);
  if (of.type === "array" && of.items !== undefined) {
    const item = typeText(of.items, indent);
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  if (typeof of.additionalProperties === "object" && Object.keys(of.additionalProperties).length > 0)
    return `Record<string, ${typeText(of.additionalProperties, indent)}>`;
  const types = [of.type ?? "unknown"].flat();
  return types.map((type) => SCALARS[type] ?? type).join(" | ");
}

function objectText({ properties = {}, required = [], additionalProperties }: Node, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(
    ([name, one]) => `${inner}${keyText(name)}${required.includes(name) ? "" : "?"}: ${typeText(one, inner)};\n`,
  );
  const open = additionalProperties !== undefined && additionalProperties !== false;
  if (members.length === 0) return open ? "Record<string, unknown>" : "Record<string, never>";
  return `{\n${members.join("")}${indent}}${open ? " & Record<string, unknown>" : ""}`;
}

const keyText = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
