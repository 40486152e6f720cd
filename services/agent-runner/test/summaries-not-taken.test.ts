import { setImmediate as immediate } from "node:timers/promises";
import { createScriptedModel, type Model } from "@parley/llm";
import { createLogger } from "@parley/observability";
import type { HistoryItem } from "@parley/turns";
import { compile, type EngineState, validateDocument } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { createHistorySummaries } from "../src/runner/summarise-history.js";

const { document } = validateDocument({
  agent: { name: "Desk" },
  workflow: {
    ...{ initial_node: "talk", history_window: 8, history_summary: true },
    nodes: [{ id: "talk", system_prompt: "Answer." }],
  },
});
if (document === undefined) throw new Error("the document is valid");
const definition = { agentName: "Desk", workflow: compile(document), scripted: undefined };
const state: EngineState = {
  ...{ v: 1, sequence: 8, nodeId: "talk", variables: {}, nodeTurns: 4, turnNumber: 4, transitionCount: 0 },
  ...{ ended: false, escalated: null, handedBack: false, turn: null },
};
const history: HistoryItem[] = Array.from({ length: 8 }, (_, n) => ({
  ...{ role: n % 2 === 0 ? ("user" as const) : ("assistant" as const), content: `word ${n}`, node_id: null },
}));

/** Summaries by the scripted model, each let go by the test; `asked` counts them. */
function summaries() {
  const scripted = createScriptedModel({ paceMs: 0 });
  const waiting: (() => void)[] = [];
  const model: Model = {
    ...scripted,
    async reply(request, options) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return scripted.reply(request, options);
    },
  };
  const made = createHistorySummaries({
    model,
    logger: createLogger({ service: "test", level: "silent" }),
    mostMessages: 100,
  });
  return {
    ...made,
    asked: () => waiting.length,
    /** Lets a summary be made, and waits until it is there. */
    async one(id: string) {
      const before = waiting.length;
      made.begin({ id, definition, state, history });
      while (waiting.length === before) await immediate();
      waiting.at(-1)?.();
      while (made.ready(id, state) === null) await immediate();
    },
    letGo: () => waiting.at(-1)?.(),
  };
}

describe("an unused history summary", () => {
  it("is dropped when its session is over, even while it is being generated", async () => {
    const { begin, ready, one, asked, letGo } = summaries();
    await one("text_1");
    begin({ id: "text_1", definition, state: { ...state, ended: true }, history });
    expect(ready("text_1", state)).toBeNull();
    expect(asked()).toBe(1);
    begin({ id: "text_2", definition, state, history });
    await expect.poll(asked).toBe(2);
    begin({ id: "text_2", definition, state: { ...state, ended: true }, history });
    letGo();
    await one("text_3");
    expect(ready("text_2", state)).toBeNull();
  });

  it("gives way to the one that another runner has written meanwhile", async () => {
    const { ready, one } = summaries();
    await one("text_1");
    const elsewhere = { ...state, earlier: { text: "They spoke of tea.", since: 6 } };
    expect(ready("text_1", elsewhere)).toBeNull();
    expect(ready("text_1", state)).toBeNull();
  });

  it("is not generated again while it waits, and is available to every attempt of its turn", async () => {
    const { begin, ready, written, one, asked } = summaries();
    await one("text_1");
    begin({ id: "text_1", definition, state, history });
    expect([asked(), ready("text_1", state)?.covers, ready("text_1", state)?.covers]).toEqual([1, 8, 8]);
    written("text_1");
    expect(ready("text_1", state)).toBeNull();
  });

  it("is dropped as the oldest once more than a thousand are held", async () => {
    const { ready, one } = summaries();
    for (let n = 0; n < 1_001; n += 1) await one(`text_${n}`);
    expect([ready("text_0", state), ready("text_1", state)?.covers]).toEqual([null, 8]);
  });
});
