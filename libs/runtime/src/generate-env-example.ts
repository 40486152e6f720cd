import { z } from "zod";
import { describe } from "./load-config.js";

const HEADER = `# Configuration of all services, generated from their schemas.
# Every variable can also be given as NAME_FILE, a file that holds the value. An empty value counts as unset.
# Commented lines show defaults.`;

/**
 * The text of `.env.example`: one section per schema, descriptions as comments, defaults commented out. A variable that
 * several services read appears once, in the first section.
 */
export function generateEnvExample(schemas: Record<string, z.ZodObject>): string {
  const seen = new Set<string>();
  const sections = [HEADER];
  for (const [title, schema] of Object.entries(schemas)) {
    const entries: string[] = [];
    for (const [name, field] of Object.entries(schema.shape)) {
      if (seen.has(name) || !(field instanceof z.ZodType)) continue;
      seen.add(name);
      entries.push(entryOf(name, field));
    }
    if (entries.length > 0) sections.push([`# ── ${title} ──`, ...entries].join("\n\n"));
  }
  return `${sections.join("\n\n")}\n`;
}

function entryOf(name: string, field: z.ZodType): string {
  const about = describe(field);
  const comment = about === undefined ? [] : [`# ${about}`];
  const unset = field.safeParse(undefined);
  if (!unset.success) return [...comment, "# Required.", `${name}=`].join("\n");
  const text = defaultText(unset.data);
  return [...comment, `# ${name}=${text}`].join("\n");
}

function defaultText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(String).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
