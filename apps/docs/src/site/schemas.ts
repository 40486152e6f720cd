import { escapeHtml } from "./html.js";
import { inlineMarkdown } from "./markdown.js";
import type { OpenApi, Schema } from "./sources.js";

const REF = "#/components/schemas/";

/** The named schema that a node refers to, or the node itself. */
export function resolve(api: OpenApi, schema: Schema | undefined): Schema {
  if (schema?.$ref === undefined) return schema ?? {};
  return resolve(api, api.components.schemas[schema.$ref.replace(REF, "")]);
}

const typesOf = ({ type }: Schema): string[] => (type === undefined ? [] : [type].flat());

/** The type of a value in one line of HTML; named schemas are links to their fields. */
export function typeHtml(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = escapeHtml(schema.$ref.replace(REF, ""));
    return `<a href="/docs/reference/schemas#${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(" | ");
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return [...new Set(variants.map(typeHtml))].join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map(typeHtml).join(" and ");
  const named = typesOf(schema).map((type) => {
    if (type === "array") return `list of ${schema.items === undefined ? "anything" : typeHtml(schema.items)}`;
    if (type === "object" && typeof schema.additionalProperties === "object" && schema.properties === undefined)
      return `object of ${typeHtml(schema.additionalProperties)}`;
    return type === "string" && schema.format !== undefined && !/^cidr|^ip/.test(schema.format)
      ? escapeHtml(schema.format)
      : escapeHtml(type);
  });
  return named.length === 0 ? "anything" : named.join(" | ");
}

const code = (value: unknown): string => `<code>${escapeHtml(JSON.stringify(value))}</code>`;

/** Bounds that a value must keep, and what counts when it is left out. */
function boundsOf(schema: Schema): string[] {
  const inner =
    (schema.anyOf ?? schema.oneOf ?? [schema]).find((variant) => !typesOf(variant).includes("null")) ?? schema;
  const { minimum: from, maximum: to, minLength, maxLength, minItems, maxItems } = inner;
  const said = [
    between(from, to === Number.MAX_SAFE_INTEGER ? undefined : to, ""),
    between(minLength, maxLength, " characters"),
    between(minItems, maxItems, " entries"),
  ];
  if (schema.default !== undefined) said.push(`default ${code(schema.default)}`);
  return said.filter((text) => text !== "");
}

function between(from: number | undefined, to: number | undefined, unit: string): string {
  if (from === undefined || from === Number.MIN_SAFE_INTEGER) return to === undefined ? "" : `at most ${to}${unit}`;
  return to === undefined ? `at least ${from}${unit}` : `${from}–${to}${unit}`;
}

/** One field of a body or a parameter of a call. */
export function fieldRow(name: string, schema: Schema, options: { required: boolean; description?: string }): string {
  const sentence = options.description ?? schema.description ?? "";
  const notes = [...boundsOf(schema), ...(sentence === "" ? [] : [inlineMarkdown(sentence)])].join("; ");
  const required = options.required ? ' <span class="required">required</span>' : "";
  return `<tr><td><code>${escapeHtml(name)}</code>${required}</td><td>${typeHtml(schema)}</td><td>${notes}</td></tr>`;
}

const NESTED = 3;

/** The fields of an object, those of objects inside it beneath, as rows. */
function fieldRows(api: OpenApi, schema: Schema, prefix: string, depth: number): string[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const row = fieldRow(prefix + name, field, { required: required.has(name) });
    const [inner, suffix] = insideOf(field);
    if (inner.properties === undefined || depth === NESTED) return [row];
    return [row, ...fieldRows(api, inner, `${prefix}${name}${suffix}`, depth + 1)];
  });
}

/** The object that a field holds, alone, in a list or beside null; what has a name is not opened. */
function insideOf(field: Schema): [Schema, string] {
  const held = field.anyOf?.find((variant) => variant.properties !== undefined || variant.items !== undefined) ?? field;
  return held.items === undefined ? [held, "."] : [held.items, "[]."];
}

/** A table of the fields of a schema; several forms stand one below the other. */
export function fieldsTable(api: OpenApi, given: Schema): string {
  const schema = resolve(api, given);
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined && schema.properties === undefined)
    return forms
      .map((form) => `<p>${typeHtml(form)}</p>${form.$ref === undefined ? fieldsTable(api, form) : ""}`)
      .join("");
  const rows = fieldRows(api, schema, "", 0);
  if (rows.length === 0) return given.$ref === undefined ? `<p>${typeHtml(schema)}</p>` : "";
  return table(["field", "type", "what it is"], rows);
}

/** A table whose rows are made already. */
export const table = (header: string[], rows: string[]): string =>
  `<div class="table" tabindex="0"><table><thead><tr>${header.map((cell) => `<th>${cell}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
