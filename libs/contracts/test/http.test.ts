import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as contracts from "../src/index.js";

/** Every schema that the OpenAPI document names. */
const named = Object.entries<unknown>(contracts).flatMap(([name, schema]) => {
  if (!(schema instanceof z.ZodType)) return [];
  const { id, description, examples } = schema.meta() ?? {};
  return id === undefined ? [] : [{ name, id, schema, description, examples }];
});

describe("bodies and answers of the HTTP interface", () => {
  it("have unique names, at least one for each resource", () => {
    const ids = named.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(["Link", "Session", "Agent", "Webhook", "Escalation", "Token", "Key"]));
  });

  it.each(named)("$id has a description and a valid example", ({ schema, description, examples }) => {
    expect(description).toMatch(/^[A-Z]/);
    expect(examples).toHaveLength(1);
    expect(schema.safeParse(z.array(z.unknown()).parse(examples)[0]).error).toBeUndefined();
  });
});
