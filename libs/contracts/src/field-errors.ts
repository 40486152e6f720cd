import type { z } from "zod";
import { AppError, type FieldError } from "./errors.js";
import { namesAt, nearestName } from "./nearest-name.js";

type Issue = z.core.$ZodIssue;

const pointerPart = (part: PropertyKey): string => String(part).replaceAll("~", "~0").replaceAll("/", "~1");
const pointerOf = (path: readonly PropertyKey[]): string => path.map((part) => `/${pointerPart(part)}`).join("");

const KINDS: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};
/** More would not help to choose. */
const MOST_VALUES = 12;

/** Where issues were found. */
interface Place {
  /** Before each pointer: `query`, `path`, `header`; empty in a body. */
  prefix: string;
  /** Of what was parsed; then the error for an unknown field suggests the nearest name. */
  schema?: z.ZodType;
  /** Of what an inner issue is about, from the outermost object. */
  path: readonly PropertyKey[];
}

/** zod issues as field errors: a JSON pointer and the broken rule, never the value. */
export function fieldErrors(error: z.ZodError, { prefix = "", schema }: Partial<Place> = {}): FieldError[] {
  const place = { prefix, path: [], ...(schema === undefined ? {} : { schema }) };
  return error.issues.flatMap((issue) => fieldErrorsOf(issue, place));
}

function fieldErrorsOf(issue: Issue, place: Place): FieldError[] {
  const path = [...place.path, ...issue.path];
  const pointer = `${place.prefix}${pointerOf(path)}`;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const meant = nearestName(key, namesAt(place.schema, path));
      const hint = meant === null ? "" : `; did you mean "${meant}"?`;
      const message = `is not a field of this object${hint}`;
      return { pointer: `${pointer}/${pointerPart(key)}`, rule: "unknown_field", message };
    });
  // A value of the right kind that breaks another rule: that rule is the news, not that it is no `null` either.
  if (issue.code === "invalid_union") {
    const [meant, ...more] = issue.errors.filter((branch) => branch.length > 0 && !branch.some(isOfOtherKind));
    if (meant && more.length === 0) return meant.flatMap((inner) => fieldErrorsOf(inner, { ...place, path }));
  }
  return [{ pointer, rule: issue.code, message: sentenceOfIssue(issue) }];
}

const isOfOtherKind = ({ code, path }: Issue): boolean =>
  path.length === 0 && (code === "invalid_type" || code === "invalid_union");

/** What is wrong, as the end of a sentence about the field; never the value. */
export function sentenceOfIssue(issue: Issue): string {
  if (issue.message.endsWith("received undefined")) return "is required";
  if (issue.code === "invalid_type") return `must be ${kindOf(issue)}`;
  if (issue.code === "invalid_value")
    return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.slice(0, MOST_VALUES).join(", ")}`;
  // A schema may say it in words of its own.
  if (/^(Too (small|big)|Invalid )/.test(issue.message)) {
    if (issue.code === "too_small") return boundOf(issue.origin, "at least", issue.minimum);
    if (issue.code === "too_big") return boundOf(issue.origin, "at most", issue.maximum);
    if (issue.code === "invalid_format") return FORMATS[issue.format] ?? "does not have the form this field takes";
  }
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return issue.message;
  const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  if (branches.some(({ message }) => message.endsWith("received undefined"))) return "is required";
  const kinds = new Set(branches.map((branch) => (branch.code === "invalid_type" ? kindOf(branch) : null)));
  return kinds.size === 0 || kinds.has(null)
    ? "has none of the forms this field takes"
    : `must be ${[...kinds].join(" or ")}`;
}

const FORMATS: Record<string, string> = {
  uuid: "must be a UUID",
  email: "must be an e-mail address",
  url: "must be a whole address",
  datetime: "must be a time like 2030-01-31T12:00:00Z",
};

const PARTS: Record<string, string> = { string: "character", array: "item", set: "item" };

/** Of a number, or of how many parts something has. Ranges include their ends. */
function boundOf(origin: string, which: string, bound: number | bigint): string {
  const part = PARTS[origin];
  if (part === undefined) return `must be ${which} ${bound}`;
  return `must have ${which} ${bound} ${part}${Number(bound) === 1 ? "" : "s"}`;
}

const kindOf = ({ expected }: { expected: string }): string => KINDS[expected] ?? `of type ${expected}`;

/** Parses or throws `validation_failed` with every wrong field. */
export function parseOrRefuse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError("validation_failed", { errors: fieldErrors(parsed.error, { schema }) });
  return parsed.data;
}
