import { readFileSync } from "node:fs";
import { z } from "zod";

/** All mistakes in the environment, one line per variable. Values are never quoted. */
export class ConfigError extends Error {
  constructor(readonly mistakes: string[]) {
    super(`The configuration has ${mistakes.length === 1 ? "a mistake" : "mistakes"}:\n  ${mistakes.join("\n  ")}`);
    this.name = "ConfigError";
  }
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the variables of a schema from the environment. An empty string counts as unset; `NAME_FILE` names a file that
 * contains the value (for secrets; a trailing line break is dropped). Throws ConfigError with all mistakes at once.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment = process.env,
): z.output<z.ZodObject<Shape>> {
  const mistakes: string[] = [];
  const input: Environment = {};
  const unreadable = new Set<string>();
  for (const name of Object.keys(schema.shape)) {
    const value = readVariable(name, env);
    if (typeof value === "object") {
      mistakes.push(value.mistake);
      unreadable.add(name);
    } else input[name] = value;
  }
  const parsed = schema.safeParse(input);
  if (!parsed.success) mistakes.push(...describeIssues(parsed.error, schema.shape, input, unreadable));
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes);
  return parsed.data;
}

function readVariable(name: string, env: Environment): string | undefined | { mistake: string } {
  const value = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (file === undefined) return value;
  if (value !== undefined) return { mistake: `${name}: set ${name} or ${name}_FILE, not both` };
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "") || undefined;
  } catch {
    return { mistake: `${name}_FILE: the file cannot be read` };
  }
}

function describeIssues(
  error: z.ZodError,
  shape: z.ZodRawShape,
  input: Environment,
  unreadable: Set<string>,
): string[] {
  const lines: string[] = [];
  for (const issue of error.issues) {
    const name = String(issue.path[0] ?? "");
    if (unreadable.has(name)) continue;
    const field = shape[name];
    const about = field instanceof z.ZodType ? describe(field) : undefined;
    const hint = about === undefined ? "" : ` (${about})`;
    if (name === "") lines.push(issue.message);
    else if (input[name] === undefined) lines.push(`${name}: is required${hint}`);
    else lines.push(`${name}: ${issue.message}${hint}`);
  }
  return lines;
}

/** The description of a field, also when it was given before `.optional()` or `.default()`. */
export function describe(field: z.core.$ZodType): string | undefined {
  const own = z.globalRegistry.get(field)?.description;
  if (own !== undefined) return own;
  const { def } = field._zod;
  if ("innerType" in def && def.innerType instanceof z.ZodType) return describe(def.innerType);
  if ("in" in def && def.in instanceof z.ZodType) return describe(def.in);
  return undefined;
}
