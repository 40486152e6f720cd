import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";

const written = new WeakMap<z.ZodType, Record<string, unknown>>();

/** What a tool takes. It parses its input itself, so that what is wrong is told as the HTTP interface tells it. */
export const inputSchema = (schema: z.ZodType) => wireSchema(schema, (value) => ({ value }));

/** What a tool answers; an answer that is none fails here, before a client meets it. */
export const outputSchema = (schema: z.ZodType) =>
  wireSchema(schema, (value) => {
    const { error } = schema.safeParse(value);
    return error === undefined ? { value } : { issues: error.issues };
  });

/**
 * A zod schema as the SDK takes it, with its JSON form made once: a server is made for each request. Answers too are described as what may be
 * sent: objects stay open where zod lets more members pass, so that a member of a later release does not fail at the client.
 */
function wireSchema(
  schema: z.ZodType,
  validate: (value: unknown) => { value: unknown } | { issues: z.core.$ZodIssue[] },
): StandardSchemaWithJSON<unknown, unknown> {
  const inJson = (): Record<string, unknown> => {
    const known = written.get(schema) ?? jsonOf(schema);
    written.set(schema, known);
    return known;
  };
  return {
    "~standard": {
      version: 1,
      vendor: "parley",
      validate,
      jsonSchema: { input: inJson, output: inJson },
    },
  };
}

const jsonOf = (schema: z.ZodType): Record<string, unknown> => ({
  ...z.toJSONSchema(schema, { io: "input", unrepresentable: "any", override: withoutExamples }),
});

/** Examples of whole objects are for people who read; to a model they cost words. */
function withoutExamples({ jsonSchema }: { jsonSchema: { examples?: unknown } }): void {
  delete jsonSchema.examples;
}
