import { compile, type EngineEvent, initialState, type RagQuery, step, validateDocument } from "@parley/workflow";
import { describe, expect, it } from "vitest";

const DEFAULTS = { search_mode: "hybrid", top_k: 5, rrf_k: 60, vector_weight: 0.6, fts_weight: 0.4 };

/** What the first answer to a message looks up; `rag` of the workflow and of its one node. */
function lookedUp(
  rag: unknown,
  nodeRag?: unknown,
  event: EngineEvent = { type: "user.message", text: "hours?", secondsInNode: 0 },
): RagQuery | null {
  const { document, issues } = validateDocument({
    agent: { name: "T" },
    workflow: {
      initial_node: "a",
      ...(rag === undefined ? {} : { rag }),
      nodes: [
        {
          id: "a",
          system_prompt: "Answer.",
          proactive: event.type === "session.opened",
          ...(nodeRag === undefined ? {} : { rag: nodeRag }),
          transitions: [{ condition: "contains:never-said", target: "end" }],
        },
        { id: "end", type: "end_call" },
      ],
    },
  });
  if (!document) throw new Error(JSON.stringify(issues));
  const workflow = compile(document);
  let state = initialState(workflow);
  if (event.type !== "session.opened") state = step(workflow, state, { type: "session.opened" }).state;
  const call = step(workflow, state, event).effects.at(-1);
  if (call?.type !== "llm.reply") throw new Error(`no reply: ${call?.type}`);
  return call.ragQuery ?? null;
}

describe("retrieval", () => {
  it.each<[string, unknown, unknown, Record<string, unknown> | null]>([
    ["no rag looks nothing up", undefined, undefined, null],
    ["an empty rag has all defaults", {}, undefined, DEFAULTS],
    ["a disabled one looks nothing up", { enabled: false }, undefined, null],
    [
      "the workflow's settings",
      { search_mode: "fts", top_k: 9 },
      undefined,
      { ...DEFAULTS, search_mode: "fts", top_k: 9 },
    ],
    ["a node alone", undefined, { top_k: 1 }, { ...DEFAULTS, top_k: 1 }],
    ["a node goes before, field by field", { top_k: 9, rrf_k: 10 }, { top_k: 2 }, { ...DEFAULTS, top_k: 2, rrf_k: 10 }],
    ["a node switches it off", { top_k: 9 }, { enabled: false }, null],
    ["a node switches it on", { enabled: false, top_k: 9 }, { rrf_k: 3 }, { ...DEFAULTS, top_k: 9, rrf_k: 3 }],
    [
      "a node's weights come as a pair",
      { vector_weight: 1, fts_weight: 0 },
      { vector_weight: 0.2, fts_weight: 0.8 },
      { ...DEFAULTS, vector_weight: 0.2, fts_weight: 0.8 },
    ],
  ])("%s", (_, rag, nodeRag, expected) => {
    expect(lookedUp(rag, nodeRag)).toEqual(expected && { text: "hours?", ...expected });
  });

  it("asks nothing when the agent opens the conversation or the visitor says nothing", () => {
    expect(lookedUp({}, undefined, { type: "session.opened" })).toBeNull();
    expect(lookedUp({}, undefined, { type: "user.message", text: " ", secondsInNode: 0 })).toBeNull();
  });
});
