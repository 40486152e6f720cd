/** Steps of a path: names of fields and indices of arrays. */
export type ResponsePath = readonly (string | number)[];

/**
 * Parses a dotted path: `data.items.0.name` or `data.items[0].name`; `$` alone is the whole answer and may be a prefix. Null when invalid.
 */
export function parsePath(text: string): ResponsePath | null {
  const trimmed = text.trim();
  if (trimmed === "$") return [];
  const dotted = trimmed
    .replace(/^\$\.?(?=.)/, "")
    .replace(/\[(\d{1,6})\]/g, ".$1")
    .replace(/^\./, "");
  const steps = dotted.split(".");
  if (steps.some((step) => step === "" || /[[\]]/.test(step)) || steps.length > 50) return null;
  return steps.map((step) => (/^(?:0|[1-9]\d{0,5})$/.test(step) ? Number(step) : step));
}

/** The value at a path; undefined when there is none. Only an object's own fields count. */
export function readPath(content: unknown, path: ResponsePath): unknown {
  let value = content;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    if (Array.isArray(value) && typeof step !== "number") return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
