import { validateDocument } from "@parley/workflow";
import { describe, expect, it } from "vitest";

type Json = Record<string, unknown>;

const workflow = {
  initial_node: "a",
  nodes: [
    { id: "a", system_prompt: "A", transitions: [{ condition: "contains:bye", target: "end" }] },
    { id: "end", type: "end_call" },
  ],
};
const suite = (tests: unknown, agent: Json = {}): Json => ({ agent: { name: "T", ...agent }, workflow, tests });
const one = (test: Json): Json => suite([{ name: "one", steps: [], ...test }]);
const step = (extra: Json): Json => one({ steps: [{ say: "x", ...extra }] });
const answer = (extra: Json): Json => one({ answers: [{ call: "reply", node: "a", text: "x", ...extra }] });

const found = (input: unknown): string[] =>
  validateDocument(input).issues.map(({ code, path }) => `${code} ${path.join(".")}`);

describe("the test suite of a document", () => {
  it.each<[issue: string, input: unknown]>([
    ["missing_tests tests", suite([], { require_tests: true })],
    ["missing_tests tests", { agent: { name: "T", require_tests: true }, workflow }],
    [
      "duplicate_id tests.1.name",
      suite([
        { name: "n", steps: [] },
        { name: "n", steps: [] },
      ]),
    ],
    ["missing_field tests.0.name", suite([{ steps: [] }])],
    ["missing_field tests.0.steps", suite([{ name: "n" }])],
    ["unknown_field tests.0.step", one({ step: [] })],
    ["invalid_value tests.0.version_of_format", one({ version_of_format: 2 })],
    ["unknown_node tests.0.steps.0.expect.path.1", step({ expect: { path: ["end", "nowhere"] } })],
    ["unknown_node tests.0.steps.0.expect.node", step({ expect: { node: "nowhere" } })],
    ["unknown_node tests.0.opening.expect.node", one({ opening: { expect: { node: "nowhere" } } })],
    ["unknown_field tests.0.steps.0.expect.replies", step({ expect: { replies: "x" } })],
    ["bad_pattern tests.0.steps.0.expect.reply_matches", step({ expect: { reply_matches: "(" } })],
    ["bad_step tests.0.steps.0", step({ event: "timer" })],
    ["bad_step tests.0.steps.0", one({ steps: [{ expect: {} }] })],
    ["out_of_range tests.0.steps.0.after_seconds", step({ after_seconds: -1 })],
    ["unknown_node tests.0.answers.0.node", answer({ node: "nowhere" })],
    ["bad_answer tests.0.answers.0", answer({ failed: "model_timeout" })],
    ["bad_answer tests.0.answers.0", answer({ text: undefined })],
    ["bad_answer tests.0.answers.0", answer({ call: "api" })],
    ["invalid_type agent.require_tests", suite([], { require_tests: "yes" })],
  ])("%s", (issue, input) => {
    expect(found(input)).toEqual([issue]);
    expect(validateDocument(input).valid).toBe(false);
  });

  it("may use every field, and extensions", () => {
    const expectation = {
      path: ["end"],
      node: "end",
      reply: "x",
      reply_contains: "x",
      reply_matches: "^x",
      variables: { a: null },
      model_calls: 0,
      ended: true,
      "x-note": 1,
    };
    const document = suite(
      [
        {
          name: "all",
          version_of_format: 1,
          opening: { expect: expectation },
          steps: [
            { say: "x", after_seconds: 1.5, human: false, expect: expectation },
            { event: "timer" },
            { event: "hand_back" },
          ],
          answers: [
            { call: "reply", node: "a", text: "" },
            { call: "extract", node: "a", values: {} },
            { call: "classify", node: "a", intent: null },
            { call: "api", node: "a", status: 200, body: { x: 1 } },
            { call: "api", node: "a", failed: "api_timeout" },
          ],
          "x-author": "me",
        },
      ],
      { require_tests: true },
    );
    expect(found(document)).toEqual([]);
    expect(validateDocument(document).document).toBe(document);
  });
});
