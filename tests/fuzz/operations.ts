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

/** Every operation of an OpenAPI document; those that end things come last, so that the others still find them. */
export function operationsOf(document: { paths: Record<string, Record<string, Described>> }): Operation[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
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
  if (path.startsWith("/api/public/")) return "link";
  if (security?.some((way) => "token" in way)) return "token";
  return security?.some((way) => "hmac" in way) ? "hmac" : "nobody";
}
