import { editGraph, type GraphEdit, readGraph } from "@parley/workflow-document";
import { describe, expect, it } from "vitest";

const YAML = `# A desk.
agent: { name: Desk } # the name
workflow:
  initial_node: "hello"
  nodes:
    # The first words.
    - id: hello # here it begins
      name: 'Hello'
      proactive: true
      system_prompt: |
        Say hello.
          Be kind.

      transitions:
        - { condition: contains:bye, target: bye } # off they go
        - condition: user_responded   # anything
          target: ask

    # Asks for the order.
    - id: ask
      static_text: "Which order?"
      transitions: &leave
        - condition: user_responded
          target: hello

    - id: other
      static_text: other
      transitions: *leave

    # The end.
    - id: bye
      type: end_call
  x-scripted:
    replies:
      - { node: ask, text: "Which?" }
      - { node: hello, text: Hi. }
tests:
  - name: greets
    steps:
      - say: hi
        expect: { path: [ask], node: ask }
`;

const edited = (edit: GraphEdit, text = YAML): string => {
  const after = editGraph(text, edit);
  expect(readGraph(after).findings.filter(({ severity }) => severity === "error")).toEqual([]);
  return after;
};

/** Lines that one text has and the other has not. */
function changes(before: string, after: string): { gone: string[]; come: string[] } {
  const rest = after.split("\n");
  const gone = before.split("\n").filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return { gone, come: rest };
}

const change = (edit: GraphEdit) => changes(YAML, edited(edit));

describe("an edit of a graph", () => {
  it("renames a node everywhere it is referenced", () => {
    expect(change({ do: "renameNode", id: "ask", to: "which order" })).toMatchInlineSnapshot(`
      {
        "come": [
          "          target: which order",
          "    - id: which order",
          "      - { node: which order, text: "Which?" }",
          "        expect: { path: [which order], node: which order }",
        ],
        "gone": [
          "          target: ask",
          "    - id: ask",
          "      - { node: ask, text: "Which?" }",
          "        expect: { path: [ask], node: ask }",
        ],
      }
    `);
  });

  it("appends a test with a unique name, and creates the list if there is none", () => {
    const test = { name: "greets", steps: [{ say: "bye", expect: { path: ["bye"], ended: true } }] };
    const after = edited({ do: "addTest", test });
    expect(after.startsWith(YAML.trimEnd())).toBe(true);
    expect(after.slice(YAML.trimEnd().length)).toContain("name: greets (2)");
    const [first = ""] = YAML.split("tests:\n");
    const alone = edited({ do: "addTest", test }, first);
    expect(alone.startsWith(first)).toBe(true);
    expect(alone.slice(first.length)).toContain("name: greets\n");
  });

  it("inserts a new node after the given one, with the same spacing as its neighbours", () => {
    const node = { id: "new", system_prompt: "One.\nTwo.", transitions: [{ condition: "always", target: "bye" }] };
    const after = edited({ do: "addNode", node, after: "hello" });
    expect(changes(YAML, after)).toMatchInlineSnapshot(`
      {
        "come": [
          "    - id: new",
          "      system_prompt: |-",
          "        One.",
          "        Two.",
          "      transitions:",
          "        - condition: always",
          "          target: bye",
          "",
        ],
        "gone": [],
      }
    `);
    expect(readGraph(after).nodes.map(({ id }) => id)).toEqual(["hello", "new", "ask", "other", "bye"]);
    expect(readGraph(edited({ do: "addNode", node })).nodes.at(-1)?.id).toBe("new");
  });

  it("removes the transitions to a deleted node, and inlines what it shared", () => {
    expect(change({ do: "removeNode", id: "ask" })).toMatchInlineSnapshot(`
      {
        "come": [
          "      transitions:",
          "        expect: { path: [] }",
        ],
        "gone": [
          "        - condition: user_responded   # anything",
          "          target: ask",
          "    # Asks for the order.",
          "    - id: ask",
          "      static_text: "Which order?"",
          "      transitions: &leave",
          "      transitions: *leave",
          "      - { node: ask, text: "Which?" }",
          "        expect: { path: [ask], node: ask }",
          "",
        ],
      }
    `);
  });

  it("adds, removes and reorders transitions", () => {
    const connect = { do: "connect", from: "hello", to: "ask", condition: "contains:ask me", at: 1 } as const;
    expect(change(connect)).toMatchInlineSnapshot(`
      {
        "come": [
          "        - condition: contains:ask me",
          "          target: ask",
        ],
        "gone": [],
      }
    `);
    expect(change({ do: "disconnect", from: "hello", index: 0 })).toMatchInlineSnapshot(`
      {
        "come": [],
        "gone": [
          "        - { condition: contains:bye, target: bye } # off they go",
        ],
      }
    `);
    expect(change({ do: "disconnect", from: "ask", index: 0 })).toMatchInlineSnapshot(`
      {
        "come": [
          "      transitions:",
        ],
        "gone": [
          "      transitions: &leave",
          "      transitions: *leave",
        ],
      }
    `);
    const ordered = readGraph(edited({ do: "reorderTransition", from: "hello", index: 0, to: 1 })).edges;
    expect(ordered.slice(0, 2).map(({ to }) => to)).toEqual(["ask", "bye"]);
  });

  it("inlines a shared list when only one of its nodes changes", () => {
    expect(change({ do: "connect", from: "other", to: "bye", condition: "max_turns:3" })).toMatchInlineSnapshot(`
      {
        "come": [
          "      transitions:",
          "        - condition: user_responded",
          "          target: hello",
          "        - condition: max_turns:3",
          "          target: bye",
        ],
        "gone": [
          "      transitions: *leave",
        ],
      }
    `);
  });

  it("sets fields in their present style, and keeps their trailing comment", () => {
    const fields = { system_prompt: "Short.", name: "It's: me", proactive: null };
    expect(change({ do: "editNode", id: "hello", fields })).toMatchInlineSnapshot(`
      {
        "come": [
          "      name: 'It''s: me'",
          "      system_prompt: |-",
          "        Short.",
        ],
        "gone": [
          "      name: 'Hello'",
          "      proactive: true",
          "      system_prompt: |",
          "        Say hello.",
          "          Be kind.",
        ],
      }
    `);
    const added = { static_text: "Two\nlines", name: "Ask", actions: { on_entry: ["log:variables"] } };
    expect(change({ do: "editNode", id: "ask", fields: added })).toMatchInlineSnapshot(`
      {
        "come": [
          "      static_text: |-",
          "        Two",
          "        lines",
          "      name: Ask",
          "      actions:",
          "        on_entry:",
          "          - log:variables",
        ],
        "gone": [
          "      static_text: "Which order?"",
        ],
      }
    `);
    const condition = {
      do: "editCondition",
      from: "hello",
      index: 1,
      condition: "contains:a: b",
      priority: 2,
    } as const;
    expect(change(condition)).toMatchInlineSnapshot(`
      {
        "come": [
          "        - condition: "contains:a: b"   # anything",
          "          priority: 2",
        ],
        "gone": [
          "        - condition: user_responded   # anything",
        ],
      }
    `);
  });

  it("sets and removes fields outside of the nodes", () => {
    const fields = { global_prompt: "Be kind.", "x-scripted": null };
    const after = edited({ do: "editWorkflow", fields });
    expect(after).toContain('# A desk.\nagent: { name: Desk } # the name\nworkflow:\n  initial_node: "hello"\n');
    expect(readGraph(after).settings).toMatchObject({ global_prompt: "Be kind.", initial_node: "hello" });
    expect(after).not.toContain("x-scripted");
    expect(readGraph(after).nodes).toHaveLength(4);
  });

  it("moves a node with its comment", () => {
    const after = edited({ do: "reorderNode", id: "bye", to: 0 });
    expect(after).toContain(
      "  nodes:\n    # The end.\n    - id: bye\n      type: end_call\n\n    # The first words.\n",
    );
    expect(after.split("\n").toSorted()).toEqual(YAML.split("\n").toSorted());
  });

  it.each<[string, GraphEdit]>([
    ["start_node", { do: "removeNode", id: "hello" }],
    ["unknown_node", { do: "removeNode", id: "nobody" }],
    ["unknown_node", { do: "connect", from: "hello", to: "nobody", condition: "always" }],
    ["unknown_transition", { do: "disconnect", from: "hello", index: 2 }],
    ["duplicate_id", { do: "renameNode", id: "hello", to: "ask" }],
    ["duplicate_id", { do: "addNode", node: { id: "bye" } }],
    ["bad_condition", { do: "connect", from: "hello", to: "ask", condition: "when it rains" }],
    ["bad_edit", { do: "connect", from: "bye", to: "ask", condition: "always" }],
    ["bad_edit", { do: "editNode", id: "ask", fields: { id: "x" } }],
    ["bad_edit", { do: "editWorkflow", fields: { nodes: [] } }],
  ])("is refused with %s: %j", (code, edit) => {
    expect(() => editGraph(YAML, edit)).toThrow(expect.objectContaining({ code }));
  });
});
