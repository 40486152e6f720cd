import { compile, validateDocument } from "@parley/workflow";
import { editGraph, type Graph, type GraphEdit, readGraph } from "@parley/workflow-document";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Chance, chanceOf, randomJson, randomYaml } from "./random-document.js";

const SEED = Number(process.env.PARLEY_TEST_SEED) || 1;
const DOCUMENTS = 500;

const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text, { schema: "core" });
  }
};

/** The graph must be what the engine runs: the same nodes, and the same ways in the order in which they are tried. */
function expectCompiled(text: string, graph: Graph): void {
  const checked = validateDocument(readValue(text));
  expect(
    checked.issues.filter(({ severity }) => severity === "error"),
    text,
  ).toEqual([]);
  if (!checked.document) throw new Error("the document is not valid");
  const compiled = compile(checked.document);
  expect(graph.nodes.map(({ id, type }) => [id, type])).toEqual(
    [...compiled.nodes.values()].map(({ id, type }) => [id, type]),
  );
  expect(graph.start).toBe(compiled.initialNode);
  expect(graph.edges.map(({ from, to, condition }) => [from, condition, to])).toEqual(
    [...compiled.nodes.values()].flatMap(({ id, transitions }) =>
      transitions.map(({ label, target }) => [id, label, target]),
    ),
  );
  expect(graph.globalIntents.map(({ id, target, priority }) => [id, target, priority])).toEqual(
    compiled.globalIntents.map(({ id, target, priority }) => [id, target, priority]),
  );
}

interface Planned {
  edit: GraphEdit;
  /** Nodes whose text may change. */
  touched: Set<string>;
}

const pick = <T>(chance: Chance, of: readonly T[]): T => of[chance(of.length)] as T;

function planned(graph: Graph, chance: Chance): Planned | null {
  const ids = graph.nodes.map(({ id }) => id);
  const inner = graph.nodes.filter(({ type }) => type !== "end_call").map(({ id }) => id);
  const edge = pick(chance, graph.edges);
  const id = pick(chance, inner);
  const to = pick(chance, ids);
  const only = (edit: GraphEdit, ...touched: string[]): Planned => ({ edit, touched: new Set(touched) });
  const leading = (target: string) => graph.edges.filter((way) => way.to === target).map(({ from }) => from);
  switch (chance(10)) {
    case 0: {
      const fresh = `added ${chance(1_000_000)}`;
      const node = { id: fresh, static_text: "New\nwords: here", transitions: [{ condition: "always", target: to }] };
      return only({ do: "addNode", node, ...(chance(2) ? { after: id } : {}) }, fresh);
    }
    case 1:
      return id === graph.start ? null : only({ do: "removeNode", id }, id, ...leading(id));
    case 2: {
      const fresh = pick(chance, ["renamed", "re named", "yes", "12", "a: b"]) + String(chance(1_000_000));
      return only({ do: "renameNode", id, to: fresh }, id, fresh, ...leading(id));
    }
    case 3:
      return only({ do: "connect", from: id, to, condition: "contains:it's, so", at: chance(3) }, id);
    case 4:
      return edge ? only({ do: "disconnect", from: edge.from, index: edge.index }, edge.from) : null;
    case 5:
      return edge ? only({ do: "retarget", from: edge.from, index: edge.index, to }, edge.from) : null;
    case 6:
      return edge
        ? only(
            { do: "editCondition", from: edge.from, index: edge.index, condition: "always", priority: chance(5) },
            edge.from,
          )
        : null;
    case 7: {
      const own = graph.edges.filter(({ from }) => from === edge?.from);
      return edge
        ? only({ do: "reorderTransition", from: edge.from, index: edge.index, to: chance(own.length) }, edge.from)
        : null;
    }
    case 8:
      return only({ do: "reorderNode", id, to: chance(ids.length) });
    default: {
      const name = pick(chance, ["Short", "it's: #so", "true", null]);
      return only({ do: "editNode", id, fields: { name, proactive: true } }, id);
    }
  }
}

/** Nodes that share what an anchor names: writing that out for one touches the others. */
const shares = (text: string, { from, to }: { from: number; to: number }): boolean =>
  /[&*]ways/.test(text.slice(from, to));

interface Read {
  text: string;
  graph: Graph;
}

function expectUntouched({ text: before, graph }: Read, after: Read, touched: Set<string>): void {
  const texts = new Map(after.graph.nodes.map(({ id, from, to }) => [id, after.text.slice(from, to)]));
  for (const { id, from, to } of graph.nodes) {
    if (!touched.has(id) && !shares(before, { from, to })) expect(texts.get(id), before).toBe(before.slice(from, to));
  }
}

const commentsOf = (text: string): string[] => [...text.matchAll(/# comment \d+:[^\r\n]*/g)].map(([whole]) => whole);

function expectComments({ text: before, graph }: Read, after: string, { edit, touched }: Planned): void {
  const within = new Set(
    graph.nodes.filter(({ id }) => touched.has(id)).flatMap(({ from, to }) => commentsOf(lineOf(before, from, to))),
  );
  const kept = commentsOf(before).filter((text) => !within.has(text));
  const left = commentsOf(after).filter((text) => !within.has(text));
  if (edit.do === "reorderNode") expect(left.toSorted(), before).toEqual(kept.toSorted());
  else
    expect(
      left.filter((text) => kept.includes(text)),
      before,
    ).toEqual(left);
  // Beside the removed node the comments go that stand right above it.
  if (edit.do !== "removeNode" && edit.do !== "reorderNode") expect(left, before).toEqual(kept);
}

const lineOf = (text: string, from: number, to: number): string => {
  const end = text.indexOf("\n", to);
  return text.slice(from, end < 0 ? text.length : end);
};

describe("documents with comments", () => {
  it.each(["yaml", "json"] as const)("stay byte for byte where an edit does not concern them: %s", (format) => {
    let made = 0;
    for (let index = 0; index < (format === "yaml" ? DOCUMENTS : DOCUMENTS / 5); index += 1) {
      const seed = SEED + index;
      const chance = chanceOf(seed * 7 + 1);
      let text = format === "yaml" ? randomYaml(seed) : randomJson(seed);
      let graph = readGraph(text);
      expectCompiled(text, graph);
      for (let round = 0; round < 1 + (index % 4 === 0 ? 2 : 0); round += 1) {
        const plan = planned(graph, chance);
        if (plan === null) continue;
        const after = editGraph(text, plan.edit);
        const read = readGraph(after);
        expect(read.format).toBe(format);
        expectCompiled(after, read);
        expectUntouched({ text, graph }, { text: after, graph: read }, plan.touched);
        expectComments({ text, graph }, after, plan);
        [text, graph] = [after, read];
        made += 1;
      }
    }
    expect(made).toBeGreaterThan(DOCUMENTS / 6);
  });

  it("are restored byte for byte after a rename and its undo, and after an edit without effect", () => {
    for (let index = 0; index < DOCUMENTS / 5; index += 1) {
      const text = index % 2 ? randomYaml(SEED + index) : randomJson(SEED + index);
      const there = editGraph(text, { do: "renameNode", id: "n1", to: "m1" });
      expect(there).not.toBe(text);
      expect(editGraph(there, { do: "renameNode", id: "m1", to: "n1" })).toBe(text);
      expect(editGraph(text, { do: "setStart", id: "n0" })).toBe(text);
    }
  });
});
