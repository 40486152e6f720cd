import type { z } from "zod";
import { AppError, type FieldError } from "./errors.js";

const pointerPart = (part: PropertyKey): string => String(part).replaceAll("~", "~0").replaceAll("/", "~1");

/** zod issues as field errors: a JSON pointer and the broken rule, never the value. */
export function fieldErrors(error: z.ZodError, prefix = ""): FieldError[] {
  return error.issues.flatMap((issue) => {
    const pointer = `${prefix}${issue.path.map((part) => `/${pointerPart(part)}`).join("")}`;
    if (issue.code !== "unrecognized_keys") return [{ pointer, rule: issue.code, message: issue.message }];
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${pointerPart(key)}`,
      rule: "unknown_field",
      message: "is not a field of this object",
    }));
  });
}

/** Parses or throws `validation_failed` with every wrong field. */
export function parseOrRefuse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError("validation_failed", { errors: fieldErrors(parsed.error) });
  return parsed.data;
}
