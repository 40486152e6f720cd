import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Guide {
  /** Its address below `/docs`: the file without its ending. */
  path: string;
  markdown: string;
}

/** What this site reads of a JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: Schema;
}

type Content = Record<string, { schema?: Schema; example?: unknown }>;

export interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description?: string; content?: Content }>;
}

/** What this site reads of the OpenAPI document. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The guides and the decision records, by file name. */
export function readGuides(folder: string): Guide[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
  return files.sort().map((file) => ({
    path: file.replaceAll("\\", "/").replace(/\.md$/, ""),
    markdown: readFileSync(join(folder, file), "utf8"),
  }));
}

/** The generated document of all routes. Throws when it is not there. */
export const readOpenApi = (folder: string): OpenApi =>
  JSON.parse(readFileSync(join(folder, "openapi.json"), "utf8")) as OpenApi;
