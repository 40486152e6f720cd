import { z } from "zod";
import { keyText, type Node, type SchemaTypes, schemaTypes } from "./schema-types.js";

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
/** The types of the client: every operation that takes a token or a signature, by method and path, and what they name. */
export function operationsSource(document: unknown): string {
  const { paths, components } = api.parse(document);
  const types = schemaTypes(components.schemas);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, declared]) => {
      const parsed = operation.safeParse(declared);
      return parsed.success && parsed.data.security.length > 0
        ? [operationText(types, `${method.toUpperCase()} ${path}`, parsed.data)]
        : [];
    }),
  );
  const text = operations.join("");
  const schemas = types.spokenOf(text).map(([name, type]) => `  ${name}: ${type};\n`);
  return `${HEAD}
/** What the operations speak of, by the names of the document; parts of it that occur in several places, by those of their fields. */
export interface Schemas {
${schemas.join("")}}

/** Every operation that takes a token or a signing key. \`answer\` is JSON, \`file\` anything else. */
export interface Operations {
${text}}
`;
}

function operationText(
  { typeOf }: SchemaTypes,
  name: string,
  { summary, parameters, requestBody, responses }: z.output<typeof operation>,
): string {
  const inside = (place: string) => parameters.filter((one) => one.in === place);
  const members = (place: string): string =>
    inside(place)
      .map((one) => `${keyText(one.name)}${one.required ? "" : "?"}: ${typeOf(one.schema, "      ")}`)
      .join("; ");
  const lines = [];
  if (inside("path").length > 0) lines.push(`path: { ${members("path")} }`);
  const optional = inside("query").every((one) => !one.required);
  if (inside("query").length > 0) lines.push(`query${optional ? "?" : ""}: { ${members("query")} }`);
  const body = requestBody?.content?.["application/json"]?.schema;
  if (body !== undefined) lines.push(`body${requestBody?.required === false ? "?" : ""}: ${typeOf(body, "    ")}`);
  const good = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  const answers = good.flatMap(([, one]) => Object.entries(one.content ?? {}));
  const json = answers.flatMap(([type, one]) => (type === "application/json" && one.schema ? [one.schema] : []));
  if (json.length > 0) lines.push(`answer: ${[...new Set(json.map((one) => typeOf(one, "    ")))].join(" | ")}`);
  const files = answers.map(([type]) => type).filter((type) => type !== "application/json");
  if (files.length > 0) lines.push(`file: ${[...new Set(files)].map((type) => JSON.stringify(type)).join(" | ")}`);
  return `  /** ${summary} */\n  "${name}": {\n${lines.map((line) => `    ${line};\n`).join("")}  };\n`;
}
