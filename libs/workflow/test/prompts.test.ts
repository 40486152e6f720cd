import { describe, expect, it } from "vitest";
import { fillTemplate } from "../src/template.js";
import { end, modelCallsOf, type Node, sessionOf, to } from "./session.js";

describe("templates", () => {
  it.each([
    ["Hi {{name}}", { name: "Jack" }, "Hi Jack", []],
    ["{{ name }}/{{name}}", { name: "J" }, "J/J", []],
    ["{{n}} {{ok}} {{list}}", { n: 5, ok: false, list: ["a", 1] }, '5 false ["a",1]', []],
    ["Hi {{name}}!", {}, "Hi !", ["name"]],
    ["Hi {{name}}!", { name: null }, "Hi !", ["name"]],
    ["{{a}}", { a: "{{b}}", b: "x" }, "{{b}}", []],
    ["{{toString}}{{__proto__}}", {}, "", ["toString", "__proto__"]],
    ["{{größe}} $& {{p}}", { größe: "XL", p: "$1 $& $$" }, "XL $& $1 $& $$", []],
    ["{name} {{}} {{a b}}", { name: "x" }, "{name} {{}} {{a b}}", []],
  ])("%s with %j gives %j", (template, variables, text, missing) => {
    expect(fillTemplate(template, variables)).toEqual({ text, missing });
  });

  it("warn in the trace about a missing variable and go on with nothing", () => {
    const session = sessionOf([{ id: "a", proactive: true, static_text: "Hi {{who}}!" }]);
    const turn = session.open();
    expect(turn.outcome.response).toBe("Hi !");
    expect(turn.effects[0]).toMatchObject({ type: "warning", code: "missing_variable" });
  });
});

describe("a conversation call", () => {
  const node = (extra: Partial<Extract<Node, { type?: "standard" }>> = {}): Node => ({
    id: "a",
    name: "Desk",
    system_prompt: "Serve {{who}}.",
    transitions: to(["contains:bye", "end"]),
    ...extra,
  });
  const callOf = (nodes: Node[], settings = {}) => {
    const session = sessionOf(nodes, {}, settings);
    session.state = { ...session.state, variables: { who: "Jack" } };
    session.open();
    return modelCallsOf(session.say("hi"))[0];
  };

  it("carries global prompt, empty line, node prompt, the history window and the default model", () => {
    expect(callOf([node(), end], { global_prompt: "Be kind to {{who}}.", history_window: 7 })).toEqual({
      type: "llm.reply",
      callId: "2.1",
      nodeId: "a",
      nodeName: "Desk",
      partIndex: 0,
      system: "Be kind to [who].\n\nServe [who].",
      values: { who: "Jack" },
      historyWindow: 7,
      model: { model_name: null, temperature: 1, max_tokens: 150, provider_id: null, service_tier: null },
    });
    expect(callOf([node(), end])).toMatchObject({ system: "Serve [who].", historyWindow: 0 });
  });

  it("uses the workflow's model and the node's override of it", () => {
    const llm = { model_name: "big", temperature: 0.4, max_tokens: 300, service_tier: "flex", provider_id: "p" };
    expect(callOf([node(), end], { llm })?.model).toEqual(llm);
    const llm_override = { model_name: "small", temperature: 0 };
    expect(callOf([node({ llm_override }), end], { llm })?.model).toEqual({ ...llm, ...llm_override });
  });

  it("extracts with the conversation model at temperature 0 unless a model of its own is enabled", () => {
    const read: Node = {
      id: "r",
      type: "retrieve_variable",
      variables: [{ variable_name: "x", extraction_prompt: "x" }],
      transitions: to(["variables_extracted:x", "end"]),
    };
    const llm = { model_name: "big", temperature: 0.9, max_tokens: 800, service_tier: "flex" };
    const off = callOf([read, end], { llm, extraction_llm: { enabled: false, model_name: "tiny" } });
    expect(off?.model).toEqual({ ...llm, temperature: 0, provider_id: null });
    const own = { enabled: true, model_name: "tiny", provider_id: "q", max_tokens: 60 };
    const on = callOf([read, end], { llm, extraction_llm: own });
    expect(on?.model).toMatchObject({ model_name: "tiny", provider_id: "q", max_tokens: 60, temperature: 0 });
  });
});

describe("actions", () => {
  const nodes: Node[] = [
    {
      id: "a",
      system_prompt: "A",
      actions: { on_entry: ["set:step=one"], on_exit: ["log:left {{step}}", "set:step=two"] },
      transitions: to(["user_responded", "b"]),
    },
    {
      id: "b",
      proactive: true,
      static_text: "step {{step}} of {{who}}",
      actions: { on_entry: ["webhook:https://x.example/h?s={{step}}&w={{who}}", "set:who=a=b & ü", "log:variables"] },
      transitions: to(["contains:bye", "end"]),
    },
    end,
  ];

  it("run in the order exit, switch, entry, and entry actions of the first node at the start", () => {
    const session = sessionOf(nodes);
    expect(session.open().outcome.extracted_variables).toEqual({ step: "one" });
    session.state = { ...session.state, variables: { ...session.state.variables, who: "ü ß\ud800" } };
    const turn = session.say("go");
    expect(turn.effects.map(({ type }) => type)).toEqual([
      "action.log",
      "variables.set",
      "transition",
      "action.webhook",
      "variables.set",
      "action.log",
      "speak",
      "turn.done",
    ]);
    expect(turn.effects[0]).toEqual({
      type: "action.log",
      nodeId: "a",
      phase: "on_exit",
      text: "left one",
      variables: null,
    });
    expect(turn.effects[3]).toMatchObject({
      nodeId: "b",
      phase: "on_entry",
      url: "https://x.example/h?s=two&w=%C3%BC%20%C3%9F%EF%BF%BD",
    });
    expect(turn.effects[5]).toMatchObject({ text: null, variables: { step: "two", who: "a=b & ü" } });
    expect(turn.outcome.response).toBe("step two of a=b & ü");
    expect(turn.outcome.extracted_variables).toEqual({ step: "two", who: "a=b & ü" });
  });

  it("hang up when the node has spoken, before any automatic transition", () => {
    for (const proactive of [true, false]) {
      const session = sessionOf([
        { id: "a", system_prompt: "A", transitions: to(["user_responded", "b"]) },
        {
          id: "b",
          proactive,
          static_text: "So long",
          actions: { on_entry: ["hangup"] },
          transitions: to(["always", "end"]),
        },
        end,
      ]);
      session.open();
      const { outcome } = session.say("x");
      expect(outcome).toMatchObject({ response: "So long", session_ended: true, node_id: "b" });
    }
  });
});
