import type { CallEffect } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { type Answers, end, type Node, type Settings, sessionOf, to } from "./session.js";

const kinds = (calls: CallEffect[]) => calls.map((call) => (call.type === "llm.classify" ? call.purpose : call.type));

describe("intents of a node", () => {
  const desk = (transitions: Node["transitions"], config = {}): Node[] => [
    {
      id: "desk",
      system_prompt: "Desk",
      intents: { buy: { description: "buys", examples: ["I buy"] }, sell: { description: "sells" } },
      transitions,
      ...config,
    },
    { id: "buying", system_prompt: "B", transitions: to(["contains:x", "end"]) },
    { id: "selling", system_prompt: "S", transitions: to(["contains:x", "end"]) },
    end,
  ];
  const both = to(["contains:bye", "end"], ["intent:buy", "buying"], ["intent:sell", "selling"]);

  it("share one classification call with the node's settings", () => {
    const session = sessionOf(desk(both), { classify: () => ["sell", 0.7] });
    session.open();
    const turn = session.say("take my car");
    expect(turn.calls).toEqual([
      {
        type: "llm.classify",
        callId: "2.1",
        nodeId: "desk",
        purpose: "node",
        intents: [
          { id: "buy", description: "buys", examples: ["I buy"] },
          { id: "sell", description: "sells", examples: [] },
        ],
        contextMessages: 6,
        contextScope: "node",
        text: "take my car",
        model: { model_name: null, temperature: 0, max_tokens: 500, provider_id: null, service_tier: null },
      },
      expect.objectContaining({ type: "llm.reply", nodeId: "selling" }),
    ]);
    expect(turn.path).toEqual(["desk>selling (intent:sell)"]);
  });

  it("use their own threshold and context", () => {
    const config = { intent_config: { confidence_threshold: 0.9, context_scope: "conversation", context_messages: 2 } };
    const session = sessionOf(desk(both, config), { classify: () => ["sell", 0.89] });
    session.open();
    const turn = session.say("take my car");
    expect(turn.calls[0]).toMatchObject({ contextScope: "conversation", contextMessages: 2 });
    expect(turn.outcome.node_id).toBe("desk");
  });

  it("are not classified when an earlier pattern matched, or when there are no words", () => {
    const session = sessionOf(desk(both), { classify: () => ["buy", 1] });
    session.open();
    expect(kinds(session.say("  ").calls)).toEqual(["llm.reply"]);
    expect(session.say("bye").calls).toEqual([]);
  });

  const untrusted: [string, Answers["classify"]][] = [
    ["nothing", () => [null, 0]],
    ["an unknown id", () => ["steal", 0.99]],
    ["a confidence above 1", () => ["buy", 1.5]],
    ["a negative confidence", () => ["buy", -1]],
    ["no number", () => ["buy", Number.NaN]],
    ["a failed call", () => "fail"],
    ["too little confidence", () => ["buy", 0.69]],
  ];
  it.each(untrusted)("count %s as no_match", (_case, classify) => {
    const session = sessionOf(
      desk([...(both ?? []), ...(to(["intent:no_match", "end"]) ?? [])]),
      classify ? { classify } : {},
    );
    session.open();
    const turn = session.say("hm");
    expect(turn.path).toEqual(["desk>end (intent:no_match)"]);
    expect(kinds(turn.calls)).toEqual(["node"]);
  });

  it("stay without no_match: the node answers", () => {
    const session = sessionOf(desk(both));
    session.open();
    expect(session.say("hm").outcome).toMatchObject({ response: "desk!", node_id: "desk", transitions: [] });
  });
});

describe("global intents", () => {
  const nodes: Node[] = [
    { id: "a", system_prompt: "A", intents: { go: { description: "go" } }, transitions: to(["intent:go", "b"]) },
    { id: "b", system_prompt: "B", transitions: to(["contains:x", "end"]) },
    { id: "help", system_prompt: "H", transitions: to(["contains:back", "a"]) },
    { id: "human", system_prompt: "U", transitions: to(["contains:back", "a"]) },
    end,
  ];
  const settings = (extra: Settings = {}): Settings => ({
    global_intents: {
      help: { description: "needs help", target_node: "help", priority: 1 },
      human: { description: "wants a human", target_node: "human", priority: 5, excluded_from_nodes: ["b"] },
      only_b: { description: "only in b", target_node: "end", active_from_nodes: ["b"] },
    },
    ...extra,
  });

  it("are asked first, in one call with those active in the node, and skip the node's own call on a match", () => {
    const session = sessionOf(nodes, { classify: () => ["help", 0.75] }, settings());
    session.open();
    const turn = session.say("help!");
    expect(kinds(turn.calls)).toEqual(["global", "llm.reply"]);
    expect(turn.calls[0]).toMatchObject({ contextMessages: 4, contextScope: "conversation" });
    expect(turn.calls[0]?.type === "llm.classify" && turn.calls[0].intents.map(({ id }) => id)).toEqual([
      "help",
      "human",
    ]);
    expect(turn.path).toEqual(["a>help (global_intent:help)"]);
  });

  it("respect active_from_nodes and excluded_from_nodes", () => {
    const session = sessionOf(
      nodes,
      { classify: ({ purpose }) => (purpose === "node" ? ["go", 1] : ["only_b", 1]) },
      settings(),
    );
    session.open();
    // In `a` the classifier's only_b was not offered, so it is not believed.
    const first = session.say("go");
    expect(first.path).toEqual(["a>b (intent:go)"]);
    expect(kinds(first.calls)).toEqual(["global", "node", "llm.reply"]);
    const second = session.say("stop");
    expect(second.calls[0]?.type === "llm.classify" && second.calls[0].intents.map(({ id }) => id)).toEqual([
      "help",
      "only_b",
    ]);
    expect(second.path).toEqual(["b>end (global_intent:only_b)"]);
  });

  it("need their threshold, and a failed call counts as no match", () => {
    for (const classify of [() => ["help", 0.74] as [string, number], () => "fail" as const]) {
      const session = sessionOf(nodes, { classify }, settings());
      session.open();
      expect(session.say("hm").outcome.node_id).toBe("a");
    }
  });

  it("can be switched off", () => {
    const session = sessionOf(nodes, {}, settings({ global_intent_config: { enabled: false } }));
    session.open();
    expect(kinds(session.say("hm").calls)).toEqual(["node", "llm.reply"]);
  });

  const several: [title: string, help: number, human: number, node: string][] = [
    ["the higher priority where both are as sure", 0.8, 0.8, "human"],
    ["the higher priority where the other is surer", 0.99, 0.8, "human"],
    ["not the higher priority below the threshold", 0.8, 0.74, "help"],
  ];
  it.each(several)("follow %s", async (_, help, human, node) => {
    const { step } = await import("@parley/workflow");
    const session = sessionOf(nodes, {}, settings());
    session.open();
    const asked = step(session.workflow, session.state, { type: "user.message", text: "?", secondsInNode: 0 });
    const matches = [
      { intent: "help", confidence: help },
      { intent: "human", confidence: human },
      { intent: "only_b", confidence: 1 },
    ];
    const { state } = step(session.workflow, asked.state, {
      type: "call.done",
      callId: "2.1",
      result: { type: "classification", matches },
    });
    expect(state.nodeId).toBe(node);
  });

  it("tell the model their priorities only where these differ", () => {
    const asked = (extra: Settings) => {
      const session = sessionOf(nodes, {}, settings(extra));
      session.open();
      const [call] = session.say("hm").calls;
      return call?.type === "llm.classify" ? call.intents.map(({ id, priority }) => [id, priority]) : null;
    };
    expect(asked({})).toEqual([
      ["help", 1],
      ["human", 5],
    ]);
    const alike = { description: "d", target_node: "help", priority: 3 };
    expect(asked({ global_intents: { one: alike, two: alike } })).toEqual([
      ["one", undefined],
      ["two", undefined],
    ]);
  });
});

describe("how the visitor sounds", () => {
  const nodes: Node[] = [
    { id: "desk", system_prompt: "Desk", transitions: to(["contains:bye", "end"]) },
    { id: "bills", proactive: true, static_text: "Your bill.", transitions: to(["contains:bye", "end"]) },
    end,
  ];
  const MOOD = "sentiment:negative";
  const billing = { billing: { description: "a question about a bill", target_node: "bills", priority: 3 } };
  const upsetIn = ({ effects }: { effects: { type: string }[] }) =>
    effects.some(({ type }) => type === "visitor.upset");

  it("is asked for where the document wants it alone, in the call that intents make", () => {
    const plain = sessionOf(nodes, {}, { escalation: { on_limit: true } });
    plain.open();
    expect(kinds(plain.say("this is useless").calls)).toEqual(["llm.reply"]);
    const looked = sessionOf(nodes, {}, { escalation: { negative_turns: 1 }, global_intents: billing });
    looked.open();
    const [call, ...others] = looked.say("this is useless").calls;
    expect(kinds(others)).toEqual(["llm.reply"]);
    expect(call).toMatchObject({
      purpose: "global",
      intents: [
        { id: "billing", priority: 3 },
        { id: MOOD, priority: -1 },
      ],
    });
  });

  it("reports a given number of messages in a row, once, and starts again after a calm one", () => {
    let heard: [string | null, number] | "fail" = [null, 0];
    const session = sessionOf(nodes, { classify: () => heard }, { escalation: { negative_turns: 2 } });
    session.open();
    const say = (answer: typeof heard): boolean => {
      heard = answer;
      return upsetIn(session.say("well"));
    };
    const angry: [string, number] = [MOOD, 0.9];
    expect([angry, [null, 0] as typeof heard, angry, angry, angry, angry].map(say)).toEqual([
      ...[false, false, false, true, false, true],
    ]);
    // Not sure enough, or no number: calm. A call that failed says nothing.
    expect([angry, [MOOD, 0.5] as typeof heard, angry, "fail" as const, angry].map(say)).toEqual([
      ...[false, false, false, false, true],
    ]);
    expect(say([MOOD, 7])).toBe(false);
    expect(session.state).not.toHaveProperty("negativeTurns");
  });

  it("does not prevent an intent found in the same call from being followed", () => {
    const matches = [
      { intent: "billing", confidence: 0.8 },
      { intent: MOOD, confidence: 0.99 },
    ];
    const settings = { escalation: { negative_turns: 1 }, global_intents: billing };
    const session = sessionOf(nodes, {}, settings);
    session.open();
    session.answers = { matches };
    const turn = session.say("this bill is an outrage");
    expect([turn.path, upsetIn(turn)]).toEqual([["desk>bills (global_intent:billing)"], true]);
    expect(turn.effects.filter(({ type }) => type === "warning")).toEqual([]);
  });
});
