import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fieldErrors } from "../src/field-errors.js";

const SCHEMA = z.strictObject({
  title: z.string().min(2),
  days: z.coerce.number().int().max(9).optional(),
  note: z.string().max(3).nullable().optional(),
  mode: z.enum(["open", "shut"]).optional(),
  network: z.union([z.ipv4(), z.ipv6()]).optional(),
  id: z.uuid().optional(),
  email: z.email().optional(),
  from: z.iso.datetime().optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  slug: z
    .string()
    .regex(/^[a-z]+$/, "must be lower case")
    .optional(),
  starters: z.array(z.string()).min(1).max(2).optional(),
  share: z.number().min(0.5).optional(),
  range: z.union([z.cidrv4(), z.cidrv6()], { error: "must be a network" }).optional(),
  place: z.union([z.strictObject({ country: z.string() }), z.array(z.string())]).optional(),
});

const wordsFor = (value: unknown): string[] => {
  const parsed = SCHEMA.safeParse(value);
  if (parsed.success) throw new Error("nothing is wrong with it");
  return fieldErrors(parsed.error, { prefix: "body", schema: SCHEMA }).map(
    ({ pointer, rule, message }) => `${pointer} ${rule}: ${message}`,
  );
};

describe("the error for an invalid field", () => {
  it.each([
    [{}, "body/title invalid_type: is required"],
    [{ title: 1 }, "body/title invalid_type: must be a string"],
    [{ title: "Hi", days: "soon" }, "body/days invalid_type: must be a number"],
    [{ title: "Hi", days: 1.5 }, "body/days invalid_type: must be a whole number"],
    [{ title: "Hi", note: 7 }, "body/note invalid_type: must be a string"],
    [{ title: "Hi", mode: "ajar" }, "body/mode invalid_value: must be one of open, shut"],
    [{ title: "Hi", network: "home" }, "body/network invalid_union: has none of the forms this field takes"],
    [{ title: "Hi", range: "home" }, "body/range invalid_union: must be a network"],
    [{ title: "Hi", place: 1 }, "body/place invalid_union: must be an object or a list"],
    [{ title: "Hi", place: { country: 3 } }, "body/place/country invalid_type: must be a string"],
    [{ title: "H" }, "body/title too_small: must have at least 2 characters"],
    [{ title: "Hi", days: 10 }, "body/days too_big: must be at most 9"],
    [{ title: "Hi", share: 0.1 }, "body/share too_small: must be at least 0.5"],
    [{ title: "Hi", starters: [] }, "body/starters too_small: must have at least 1 item"],
    [{ title: "Hi", starters: ["a", "b", "c"] }, "body/starters too_big: must have at most 2 items"],
    [{ title: "Hi", id: "x" }, "body/id invalid_format: must be a UUID"],
    [{ title: "Hi", email: "x" }, "body/email invalid_format: must be an e-mail address"],
    [{ title: "Hi", from: "x" }, "body/from invalid_format: must be a time like 2030-01-31T12:00:00Z"],
    [{ title: "Hi", country: "x" }, "body/country invalid_format: does not have the form this field takes"],
    [{ title: "Hi", slug: "X" }, "body/slug invalid_format: must be lower case"],
    [{ title: "Hi", "a/b": 1 }, "body/a~1b unknown_field: is not a field of this object"],
    [{ title: "Hi", dyas: 1 }, 'body/dyas unknown_field: is not a field of this object; did you mean "days"?'],
    [
      { title: "Hi", Starter: [] },
      'body/Starter unknown_field: is not a field of this object; did you mean "starters"?',
    ],
    [
      { title: "Hi", place: { country: "DE", contry: 3 } },
      'body/place/contry unknown_field: is not a field of this object; did you mean "country"?',
    ],
    [{ title: "Hi", "": 1 }, "body/ unknown_field: is not a field of this object"],
    [{ title: "Hi", wholly: 1 }, "body/wholly unknown_field: is not a field of this object"],
  ])("of %j is %s", (value, told) => {
    expect(wordsFor(value)).toEqual([told]);
  });

  it("names the rule that the value violates, never the value", () => {
    const [told, ...more] = wordsFor({ title: "Hi", note: "secret" });
    expect(more).toEqual([]);
    expect(told).toMatch(/^body\/note too_big: /);
    expect(told).not.toContain("secret");
  });
});
