import fc from "fast-check";

/** The part of JSON Schema that the description of the API uses. */
export interface Schema {
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

/** Longer texts only cost time: limits above it are met by the tests of their fields. */
const LONG = 2_200;
const LAST_YEAR = 4e12;

const FORMATS: Record<string, () => fc.Arbitrary<string>> = {
  uuid: () => fc.uuid({ version: [4, 7] }),
  email: () => fc.constantFrom("ada@example.com", "grace.hopper+1@mail.example.org", "x@y.example"),
  ipv4: () => fc.ipV4(),
  ipv6: () => fc.constantFrom("2001:db8::1", "::1", "fe80::1"),
  cidrv4: () => fc.constantFrom("10.0.0.0/8", "192.0.2.1/32", "0.0.0.0/0"),
  cidrv6: () => fc.constantFrom("2001:db8::/32", "::/0"),
  "date-time": () => fc.integer({ min: 0, max: LAST_YEAR }).map((at) => new Date(at).toISOString()),
};

function texts(schema: Schema): fc.Arbitrary<string> {
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (format) return format();
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  const [min, max] = [schema.minLength ?? 0, Math.min(schema.maxLength ?? 60, LONG)];
  const plain = fc.string({ unit: "grapheme", minLength: Math.max(min, 1), maxLength: Math.max(Math.min(max, 40), 1) });
  const fitting = plain.filter((text) => [...text].length <= max && text.length <= max);
  return fc.oneof({ weight: 4, arbitrary: fitting }, fc.constant("x".repeat(max)), fc.constant("é".repeat(min)));
}

function numbers(schema: Schema): fc.Arbitrary<number> {
  const min = schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1_000 : schema.exclusiveMinimum + 0.01);
  const max = Math.min(schema.maximum ?? 1_000_000, Number.MAX_SAFE_INTEGER);
  const whole = schema.type === "integer";
  const between = fc.double({ min, max, noNaN: true }).map((value) => (whole ? Math.round(value) : value));
  return fc.oneof(fc.constant(whole ? Math.ceil(min) : min), fc.constant(max), between);
}

function objects(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0)
    return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string(), { maxKeys: 3 });
  const required = new Set(schema.required ?? []);
  const members = properties.map(([name, member]) => {
    const present = valuesOf(member).map((value) => [[name, value] as const]);
    // Seldom, else hardly any object of thirty fields would be free of two that exclude one another.
    return required.has(name) ? present : fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, present);
  });
  return fc.tuple(...members).map((lists) => Object.fromEntries(lists.flat()));
}

/** Values that a schema takes, its limits more often than chance would. */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(valuesOf));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => valuesOf({ ...schema, type })));
  if (schema.type === "string") return texts(schema);
  if (schema.type === "integer" || schema.type === "number") return numbers(schema);
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "null") return fc.constant(null);
  if (schema.type === "array")
    return fc.array(valuesOf(schema.items ?? {}), {
      minLength: schema.minItems ?? 0,
      maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
    });
  if (schema.type === "object") return objects(schema);
  return fc.jsonValue({ maxDepth: 2 });
}
