import fc from "fast-check";

/** Stands in every hostile value: an answer that holds it has echoed its input. Names of fields may come back, as pointers. */
export const MARK = "zxEchoedzx";

const deep = (depth: number): unknown => (depth === 0 ? MARK : [deep(depth - 1)]);

/** What a field should not be. */
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  "",
  " ",
  "\n",
  MARK,
  `${MARK}\u0000`,
  `${MARK}\ud800`,
  `${MARK}'; drop table agents; --`,
  `<script>${MARK}</script>`,
  `../../${MARK}`,
  "\u202e\u2066",
  "9".repeat(400),
  MARK.repeat(3_000),
  [],
  [MARK],
  Array(2_000).fill(0),
  {},
  { unexpected: MARK },
  deep(30),
];

/** Whole bodies that are no JSON object of any route. */
const BODIES: readonly (string | Buffer)[] = [
  "",
  "null",
  "[]",
  `"${MARK}"`,
  "0",
  "{",
  `{"a":${MARK}}`,
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{}}}',
  "\ufeff{}",
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  `{"a":${"1".repeat(5_000)}}`,
  `{"a":"${MARK.repeat(30_000)}"}`,
];

/** Segments of a path and values of a query. */
const SEGMENTS = [
  "0",
  "-1",
  MARK,
  "..%2f..%2fetc",
  "%00",
  "%ff",
  "%",
  "a%2fb",
  encodeURIComponent("ü💥"),
  "00000000-0000-0000-0000-000000000000",
  "text_aaaaaaaaaaaaaaaaaaaaaa",
  `pl_${"a".repeat(50)}`,
  "9".repeat(30),
  "x".repeat(300),
  "null",
  "%27%20or%201%3D1--",
];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy of `body` with one place spoiled: a value exchanged, a field removed or a field more. */
function spoil(body: Json, { at, value, how }: { at: number; value: unknown; how: "change" | "remove" | "add" }): Json {
  const names = Object.keys(body);
  if (how === "add" || names.length === 0) return { ...body, unexpected: value };
  const name = names[at % names.length] ?? "";
  if (how === "remove") return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
  const inner = body[name];
  if (isObject(inner) && at % 2 === 1) return { ...body, [name]: spoil(inner, { at: at >> 1, value, how }) };
  return { ...body, [name]: value };
}

/** Bodies next to good ones, and some that are far from any. */
export const spoiledBodies = (good: fc.Arbitrary<unknown>): fc.Arbitrary<string | Buffer> =>
  fc.oneof({ weight: 3, arbitrary: spoiledObjects(good) }, { weight: 1, arbitrary: fc.constantFrom(...BODIES) });

const spoiledObjects = (good: fc.Arbitrary<unknown>) =>
  fc
    .tuple(good, fc.nat(), fc.constantFrom(...VALUES), fc.constantFrom("change" as const, "remove", "add"))
    .map(([body, at, value, how]) => JSON.stringify(isObject(body) ? spoil(body, { at, value, how }) : value));

export const hostileSegments: fc.Arbitrary<string> = fc.constantFrom(...SEGMENTS);
