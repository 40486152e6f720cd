import type { Schema } from "./values.js";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
}

export interface Response {
  content?: Record<string, { schema?: object }>;
}

export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  body: Schema | null;
  responses: Record<string, Response>;
  /** How it is called: by signature, by management token, or by whoever holds a link. */
  by: "hmac" | "token" | "link" | "nobody";
}

interface Described {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, Response>;
  security?: Record<string, unknown>[];
}

interface Document {
  paths: Record<string, Record<string, Described>>;
  components?: { schemas?: Record<string, unknown> };
}

const REFERENCE = "#/components/schemas/";

/** The paths of a document with each named schema in place of its reference. Named schemas do not contain themselves. */
function resolvedPaths({ paths, components }: Document): Document["paths"] {
  const inlined = (text: string): Document["paths"] =>
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value !== "object" || value === null || !("$ref" in value)) return value;
      const { $ref: reference, ...beside } = value;
      if (typeof reference !== "string" || !reference.startsWith(REFERENCE)) return value;
      const named = components?.schemas?.[reference.slice(REFERENCE.length)];
      return { ...inlined(JSON.stringify(named)), ...beside };
    });
  return inlined(JSON.stringify(paths));
}

/** Every operation of an OpenAPI document; those that end things come last, so that the others still find them. */
export function operationsOf(document: Document): Operation[] {
  const operations = Object.entries(resolvedPaths(document)).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      parameters: described.parameters ?? [],
      body: described.requestBody?.content["application/json"]?.schema ?? null,
      responses: described.responses,
      by: callerOf(path, described.security),
    })),
  );
  const ends = ({ method, path }: Operation) => method === "DELETE" || /\/(end|resolve|hand-back)$/.test(path);
  return [...operations.filter((one) => !ends(one)), ...operations.filter(ends)];
}

function callerOf(path: string, security: Described["security"]): Operation["by"] {
  if (path.startsWith("/api/public/") || security?.some((way) => "session" in way)) return "link";
  if (security?.some((way) => "token" in way)) return "token";
  return security?.some((way) => "hmac" in way) ? "hmac" : "nobody";
}
