import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AgentDocument, SuiteResult } from "@parley/contracts";
import { validateDocument } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runSuite } from "../src/agents/testing/run-suite.js";

type Tests = NonNullable<AgentDocument["tests"]>;

/** Every kind of call: reads a name, asks another server, answers with the model, can be sent away by a global intent. */
function documentOf(tests: Tests): AgentDocument {
  const { document, issues } = validateDocument({
    agent: { name: "Tested" },
    workflow: {
      initial_node: "hello",
      global_intents: { stop: { description: "Wants to stop", target_node: "bye" } },
      nodes: [
        {
          id: "hello",
          proactive: true,
          static_text: "Your name?",
          transitions: [{ condition: "user_responded", target: "read" }],
        },
        {
          id: "read",
          type: "retrieve_variable",
          variables: [{ variable_name: "name", extraction_prompt: "The name" }],
          transitions: [{ condition: "always", target: "look" }],
        },
        {
          id: "look",
          type: "api_call",
          api_call: {
            url: "https://example.com/people",
            response_extraction: [{ path: "city", variable_name: "city" }],
          },
          transitions: [
            { condition: "api_success", target: "talk" },
            { condition: "api_failed", target: "bye" },
          ],
        },
        {
          id: "talk",
          system_prompt: "Answer {{name}}.",
          transitions: [{ condition: "timeout:60s", target: "bye" }],
        },
        { id: "bye", type: "end_call", static_text: "Bye {{name}} of {{city}}" },
      ],
      "x-scripted": {
        extract: { name: "i am (\\w+)" },
        replies: [{ node: "talk", text: "Hello {{name}}." }],
        intents: { stop: ["enough"] },
        pace_ms: 5_000,
      },
    },
    tests,
  });
  if (!document) throw new Error(JSON.stringify(issues));
  return document;
}

const found = { call: "api", node: "look", status: 200, body: { city: "Bern" } } as const;
const reasons = (result: SuiteResult): string[] =>
  result.tests.flatMap(({ steps }) => steps.flatMap((step) => step.reasons));

describe("an agent's test suite", () => {
  it("passes when every step meets its expectations, without waiting for the scripted model's pace", async () => {
    const result = await runSuite(
      documentOf([
        {
          name: "all the way",
          opening: { expect: { path: ["hello"], node: "hello", reply: "Your name?", model_calls: 0, ended: false } },
          steps: [
            {
              say: "I am Ann",
              expect: {
                path: ["read", "look", "talk"],
                reply_contains: "Ann",
                reply_matches: "^hello \\w+\\.$",
                variables: { name: "Ann", city: "Bern" },
                model_calls: 3,
              },
            },
            { say: "still there", after_seconds: 60, expect: { path: ["bye"], reply: "Bye Ann of Bern", ended: true } },
          ],
          answers: [found],
        },
      ]),
    );
    expect(reasons(result)).toEqual([]);
    expect(result.passed).toBe(true);
  });

  it("explains every failed expectation in a readable sentence", async () => {
    const result = await runSuite(
      documentOf([
        {
          name: "all wrong",
          steps: [
            {
              say: "I am Ann",
              expect: {
                path: ["read", "look", "bye"],
                node: "bye",
                reply: "Hi",
                reply_contains: "Hi",
                reply_matches: "^Hi",
                variables: { name: "Bob", age: 3 },
                model_calls: 1,
                ended: true,
              },
            },
          ],
          answers: [found],
        },
      ]),
    );
    expect(result.passed).toBe(false);
    expect(reasons(result)).toEqual([
      "path: expected read → look → bye, got read → look → talk",
      "node: expected bye, got talk",
      'reply: expected "Hi", got "Hello Ann."',
      'reply: expected it to contain "Hi", got "Hello Ann."',
      'reply: expected it to match "^Hi", got "Hello Ann."',
      'variable name: expected "Bob", got "Ann"',
      "variable age: expected 3, got nothing",
      "model calls: expected 1, got 3",
      "the session was expected to end",
    ]);
  });

  it("never calls a server: without a recorded answer the step fails, and so does the test", async () => {
    const result = await runSuite(documentOf([{ name: "no answer", steps: [{ say: "I am Ann" }, { say: "on" }] }]));
    expect(reasons(result)).toEqual(["there is no recorded answer for the api call of node look"]);
    expect([result.passed, result.tests[0]?.steps.length]).toEqual([false, 2]);
  });

  it("matches recorded answers by kind, node and order, with no fallback to the scripted model", async () => {
    const answers: Tests[number]["answers"] = [
      { call: "classify", node: "hello", intent: null },
      { call: "extract", node: "read", values: { name: "Zoe" } },
      { call: "api", node: "look", status: 500 },
    ];
    const steps = [{ say: "I am Ann", expect: { path: ["read", "look", "bye"], variables: { name: "Zoe" } } }];
    expect((await runSuite(documentOf([{ name: "answered", steps, answers }]))).passed).toBe(true);
    const without = await runSuite(documentOf([{ name: "short", steps, answers: answers.slice(0, 1) }]));
    expect(reasons(without)).toEqual(["there is no recorded answer for the extract call of node read"]);
    const failed = [...answers.slice(0, 1), { call: "extract" as const, node: "read", failed: "model_timeout" }, found];
    const reply = { call: "reply" as const, node: "talk", text: "Who?" };
    const lost = [{ say: "I am Ann", expect: { reply: "Who?", variables: { name: null } } }];
    expect((await runSuite(documentOf([{ name: "failing", steps: lost, answers: [...failed, reply] }]))).passed).toBe(
      true,
    );
  });

  it("reports the nodes, transitions and global intents that no test has visited", async () => {
    const answers = [{ call: "api" as const, node: "look", status: 404 }];
    const one = await runSuite(documentOf([{ name: "failed look-up", steps: [{ say: "I am Ann" }], answers }]));
    expect(one.coverage).toEqual({
      nodes: { visited: 4, total: 5, unvisited: ["talk"] },
      edges: {
        visited: 3,
        total: 6,
        unvisited: [
          { from: "look", condition: "api_success", to: "talk" },
          { from: "talk", condition: "timeout:60s", to: "bye" },
          { from: "*", condition: "global_intent:stop", to: "bye" },
        ],
      },
    });
    const two = await runSuite(
      documentOf([
        { name: "failed look-up", steps: [{ say: "I am Ann" }], answers },
        { name: "timer", steps: [{ say: "I am Ann" }, { event: "timer", after_seconds: 61 }], answers: [found] },
        { name: "stop", steps: [{ say: "enough", expect: { path: ["bye"] } }] },
      ]),
    );
    expect(two.coverage.edges).toMatchObject({ visited: 6, total: 6, unvisited: [] });
  });

  it("does not pass without a test, and fails a step after the end of the session", async () => {
    expect((await runSuite(documentOf([]))).passed).toBe(false);
    const late = await runSuite(documentOf([{ name: "late", steps: [{ say: "enough" }, { say: "more" }] }]));
    expect(reasons(late)).toEqual(["the session had ended before this step"]);
  });

  it("gives up when its time is used up, whatever patterns it contains", async () => {
    const slow = { say: "I am Ann", expect: { reply_matches: "^(\\w+\\s?)*$" } };
    const tests = Array.from({ length: 20 }, (_, n) => ({ name: `${n}`, steps: [slow], answers: [found] }));
    const result = await runSuite(documentOf(tests), { timeoutMs: 1 });
    expect(result.passed).toBe(false);
    expect(reasons(result)).toContain("the time for all tests was used up");
  });
});

describe("the test suite example in the workflow reference", () => {
  const folder = fileURLToPath(new URL("../../../examples/workflow/", import.meta.url));
  const withTests = readdirSync(folder).filter((name) => name.startsWith("test-"));

  it.each(withTests)("%s passes and covers the whole document", async (name) => {
    const { document, issues } = validateDocument(parse(readFileSync(`${folder}${name}`, "utf8")));
    expect(issues).toEqual([]);
    if (!document) throw new Error("not valid");
    const result = await runSuite(document);
    expect(reasons(result)).toEqual([]);
    expect(result).toMatchObject({
      passed: true,
      coverage: { nodes: { unvisited: [] }, edges: { unvisited: [] } },
    });
  });

  it("exists", () => expect(withTests).not.toEqual([]));
});
