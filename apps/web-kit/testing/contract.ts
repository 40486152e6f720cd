import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

type Responses = Record<string, { content?: { "application/json"?: { schema: object } } }>;

interface Route {
  method: string;
  path: RegExp;
  responses: Responses;
}

/** The name under which the validator knows the document, for the references to its named schemas. */
const DOCUMENT = "openapi";
// Ids and times of fakes are made to be read: only their type counts, not their pattern or format.
const prepared = (key: string, value: unknown): unknown => {
  if (typeof value !== "string") return value;
  if (key === "$ref") return `${DOCUMENT}${value}`;
  return key === "pattern" ? undefined : value;
};
// Our own generated document.
const document = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../docs/openapi.json"), "utf8"),
  prepared,
) as { components: object; paths: Record<string, Record<string, { responses: Responses }>> };
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ components: document.components }, DOCUMENT);
const validators = new Map<object, ValidateFunction>();
/** Paths with fewer parameters first: `/links/bulk` is no id. */
const routes = Object.entries(document.paths)
  .toSorted(([one], [other]) => one.split("{").length - other.split("{").length)
  .flatMap(([path, operations]): Route[] =>
    Object.entries(operations).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
      responses,
    })),
  );

/** How a successful JSON answer differs from what docs/openapi.json says of its route; empty = not at all. */
export function contractViolations(method: string, path: string, status: number, body: unknown): string[] {
  const route = routes.find((one) => one.method === method && one.path.test(path));
  const response = route?.responses[String(status)];
  if (response === undefined)
    return [`${method} ${path}: ${route ? `status ${status}` : "the route"} is not in docs/openapi.json`];
  const schema = response.content?.["application/json"]?.schema;
  if (schema === undefined) return [];
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${method} ${path}${instancePath}: ${message}`);
}
