import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";

const written = new WeakMap<z.ZodType, Record<string, unknown>>();

/** Input schema of a tool. The tool parses its input itself, so that errors are reported like those of the HTTP interface. */
export const inputSchema = (schema: z.ZodType) => wireSchema(schema, (value) => ({ value }));

/** Output schema of a tool; an invalid answer fails here, before it reaches a client. */
export const outputSchema = (schema: z.ZodType) =>
  wireSchema(schema, (value) => {
    const { error } = schema.safeParse(value);
    return error === undefined ? { value } : { issues: error.issues };
  });

/**
 * A zod schema in the SDK's form, with its JSON form created once, because a server is created per request. Answers are also described in
 * their input form: objects stay open where zod allows more members, so that a member of a later release does not fail at the client.
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

/** Examples of whole objects are for human readers; they cost a model tokens. */
function withoutExamples({ jsonSchema }: { jsonSchema: { examples?: unknown } }): void {
  delete jsonSchema.examples;
}
