import { readdirSync, readFileSync } from "node:fs";
import { validateDocument } from "@parley/workflow";
import { documentSchema, placeFindings, readGraph, writeYaml } from "@parley/workflow-document";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const BAD = `agent:
  name: Desk
workflow:
  initial_node: nowhere # wrong
  nodes:
    - id: a
      static_text: Hello
      colour: blue
      transitions:
        - condition: when it rains
          target: "b"
    - id: c
`;

const told = (text: string) =>
  readGraph(text).findings.map(({ code, line, column, from, to }) => [code, line, column, text.slice(from, to)]);

describe("findings", () => {
  it("point to the value or name that they are about", () => {
    expect(told(BAD)).toMatchInlineSnapshot(`
      [
        [
          "unknown_field",
          8,
          7,
          "colour",
        ],
        [
          "unknown_node",
          4,
          17,
          "nowhere",
        ],
        [
          "unknown_node",
          11,
          19,
          ""b"",
        ],
        [
          "deprecated_field",
          10,
          11,
          "condition",
        ],
        [
          "missing_prompt",
          12,
          7,
          "id: c",
        ],
        [
          "no_exit",
          12,
          7,
          "id: c",
        ],
      ]
    `);
  });

  it("are the same as the server's, in the same order", () => {
    const json = JSON.stringify(
      { agent: { name: "" }, workflow: { initial_node: "a", nodes: [{ id: "a" }] } },
      null,
      "\t",
    );
    expect(
      readGraph(json).findings.map(({ path, code, message, severity }) => ({ path, code, message, severity })),
    ).toEqual(validateDocument(JSON.parse(json)).issues);
    expect(told(json)[0]).toEqual(["out_of_range", 3, 11, '""']);
  });

  it("show where a text cannot be parsed", () => {
    const graph = readGraph("agent: { name: x\nworkflow:\n  nodes: [");
    expect(graph).toMatchObject({ readable: false, valid: false, nodes: [] });
    expect(graph.findings[0]).toMatchObject({ code: "unreadable", severity: "error", pointer: "" });
    expect(graph.findings[0]?.line).toBeGreaterThan(0);
    expect(readGraph("a: &a [x, x]\nb: &b [*a, *a, *a]\n").findings.every(({ line }) => line > 0)).toBe(true);
    expect(readGraph("").readable).toBe(false);
  });
});

it("reads every example as the graph that its conversation takes", () => {
  const folder = new URL("../../../examples/workflow/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const graph = readGraph(readFileSync(new URL(file, folder), "utf8"));
    expect(graph, file).toMatchObject({ readable: true, valid: true });
    const places = graph.nodes.map(({ position: { x, y } }) => `${x}:${y}`);
    expect(new Set(places).size, file).toBe(graph.nodes.length);
  }
});

it("has a schema of documents to complete from, with the fields of every type of node", () => {
  const schema = JSON.stringify(documentSchema());
  for (const word of ["initial_node", "retrieve_variable", "agent_transfer", "on_entry", "reply_contains", "hybrid"]) {
    expect(schema).toContain(`"${word}"`);
  }
});

it("shows findings of the server at their places", () => {
  const text = "agent: {name: Desk}\nworkflow:\n  initial_node: a\n  nodes:\n    - id: a\n      static_text: Hi\n";
  const path = ["workflow", "nodes", 0, "static_text"];
  const issue = { path, code: "x", message: "odd", severity: "warning" as const };
  expect(placeFindings(text, [issue])).toMatchObject([{ line: 6, column: 20, message: "odd", severity: "warning" }]);
  expect(placeFindings("a: [", [issue])).toEqual([]);
});

it("writes a document that was kept as a value as text of the same value", () => {
  const folder = new URL("../../../examples/agents/", import.meta.url);
  for (const file of readdirSync(folder)) {
    const value: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    const text = writeYaml(value);
    expect(text).toMatch(/^agent:\n/);
    expect(parse(text)).toEqual(value);
  }
});
