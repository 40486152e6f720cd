import { describe, expect, it } from "vitest";
import { end, type Node, sessionOf, to } from "./session.js";

describe("the proactive matrix of a standard node", () => {
  const matrix: [proactive: boolean, condition: string, spoken: string, stopsAt: string][] = [
    [true, "always", "Hello", "b"],
    [true, "user_responded", "Hello", "a"],
    [false, "user_responded", "", "a"],
    [false, "always", "", "b"],
  ];
  it.each(matrix)("proactive %s with %s says %j and stops at %s", (proactive, condition, spoken, stopsAt) => {
    const session = sessionOf([
      { id: "a", proactive, static_text: "Hello", transitions: to([condition, "b"]) },
      { id: "b", system_prompt: "B", transitions: to(["contains:bye", "end"]) },
      end,
    ]);
    const { outcome, calls } = session.open();
    expect(outcome.response).toBe(spoken);
    expect(outcome.silent).toBe(spoken === "");
    expect(outcome.node_id).toBe(stopsAt);
    expect(calls).toEqual([]);
  });

  it("lets a silent waiting node answer a user turn that stays, with the model or with its fixed text", () => {
    for (const prompt of [{ system_prompt: "Be kind" }, { static_text: "a!" }]) {
      const session = sessionOf([{ id: "a", ...prompt, transitions: to(["contains:bye", "end"]) }, end]);
      session.open();
      const turn = session.say("hello");
      expect(turn.outcome.response).toBe("a!");
      expect(turn.calls).toHaveLength("system_prompt" in prompt ? 1 : 0);
    }
  });

  it("does not read a message twice: user_responded of the next node waits for the next message", () => {
    const session = sessionOf([
      { id: "a", system_prompt: "A", transitions: to(["user_responded", "b"]) },
      { id: "b", system_prompt: "B", transitions: to(["user_responded", "end"]) },
      end,
    ]);
    session.open();
    expect(session.say("one").path).toEqual(["a>b (user_responded)"]);
    expect(session.say("two").path).toEqual(["b>end (user_responded)"]);
  });

  it("tries the earlier conditions of a pass-through node before its always", () => {
    const router = to(["variable_equals:plan=gold", "gold", 0], ["always", "b", 1]);
    const nodes: Node[] = [
      { id: "a", static_text: "A", transitions: router },
      { id: "gold", system_prompt: "G", transitions: to(["contains:bye", "end"]) },
      { id: "b", system_prompt: "B", transitions: to(["contains:bye", "end"]) },
      end,
    ];
    const plain = sessionOf(nodes);
    expect(plain.open().outcome.node_id).toBe("b");
    const gold = sessionOf(nodes);
    gold.state = { ...gold.state, variables: { plan: "Gold" } };
    expect(gold.open().outcome.node_id).toBe("gold");
  });
});

describe("retrieve_variable", () => {
  const nodes: Node[] = [
    { id: "ask", system_prompt: "Ask", transitions: to(["user_responded", "read"]) },
    {
      id: "read",
      type: "retrieve_variable",
      variables: [
        { variable_name: "name", extraction_prompt: "the name" },
        { variable_name: "city", extraction_prompt: "the city of {{name}}", default_value: "Bonn" },
      ],
      transitions: to(["variables_extracted:name,city", "ok"], ["extraction_failed:name,city", "ask"]),
    },
    { id: "ok", system_prompt: "OK", transitions: to(["contains:bye", "end"]) },
    end,
  ];

  it("asks for all variables in one call, is silent and goes on at once", () => {
    const session = sessionOf(nodes, { extract: { name: "Jack", city: "Rome", other: 1 } });
    session.open();
    const turn = session.say("Jack from Rome");
    expect(turn.calls.map(({ type }) => type)).toEqual(["llm.extract", "llm.reply"]);
    expect(turn.calls[0]).toMatchObject({
      variables: [
        { name: "name", prompt: "the name" },
        { name: "city", prompt: "the city of ", default: "Bonn" },
      ],
    });
    expect(turn.path).toEqual(["ask>read (user_responded)", "read>ok (variables_extracted:name,city)"]);
    expect(turn.outcome.extracted_variables).toEqual({ name: "Jack", city: "Rome" });
    expect(session.state.variables).toEqual({ name: "Jack", city: "Rome" });
    expect(session.say("more").outcome.extracted_variables).toBeNull();
  });

  it("uses the default for what it could not extract", () => {
    const session = sessionOf(nodes, { extract: { name: "Jack", city: "  " } });
    session.open();
    expect(session.say("Jack").outcome.node_id).toBe("ok");
    expect(session.state.variables).toEqual({ name: "Jack", city: "Bonn" });
  });

  it.each([
    ["nothing found", {}],
    ["null", { name: null }],
    ["blank text", { name: " " }],
    ["a number that JSON cannot carry", { name: Number.NaN }],
    ["a failed call", "fail" as const],
  ])("treats %s as null and takes extraction_failed; the node where it lands answers", (_case, extract) => {
    const session = sessionOf(nodes, { extract });
    session.open();
    const turn = session.say("hm");
    expect(turn.path.at(-1)).toBe("read>ask (extraction_failed:name,city)");
    expect(turn.outcome.response).toBe("ask!");
    expect(turn.outcome.extracted_variables).toEqual({ city: "Bonn" });
    expect(session.state.variables).toEqual({ name: null, city: "Bonn" });
  });

  it("extracts again at the next message when no transition fired", () => {
    const session = sessionOf(
      [
        {
          id: "read",
          type: "retrieve_variable",
          variables: [{ variable_name: "name", extraction_prompt: "the name" }],
          transitions: to(["variables_extracted:name", "end"]),
        },
        end,
      ],
      {},
      { global_prompt: "Be kind" },
    );
    expect(session.open().calls.map(({ type }) => type)).toEqual(["llm.extract"]);
    const unknown = session.say("hm");
    expect(unknown.calls.map(({ type }) => type)).toEqual(["llm.extract", "llm.reply"]);
    expect(unknown.calls[1]).toMatchObject({ system: "Be kind" });
    session.answers = { extract: { name: "Jack" } };
    expect(session.say("Jack").outcome.session_ended).toBe(true);
  });
});

describe("what retrieve_variable leaves alone", () => {
  const read = (extra: Partial<Node> = {}): Node[] => [
    {
      id: "read",
      type: "retrieve_variable",
      variables: [{ variable_name: "constructor", extraction_prompt: "x" }],
      transitions: to(["variables_extracted:constructor", "end"]),
      ...(extra.actions ? { actions: extra.actions } : {}),
    },
    end,
  ];

  it("finds no value in what every object inherits", () => {
    const session = sessionOf(read(), { extract: {} });
    expect(session.open().path).toEqual([]);
    expect(session.state.variables).toEqual({ constructor: null });
  });

  it("warns in the trace when the call failed", () => {
    const warning = expect.objectContaining({ type: "warning", code: "extraction_failed" });
    expect(sessionOf(read(), { extract: "fail" }).open().effects).toContainEqual(warning);
    expect(sessionOf(read(), { extract: {} }).open().effects).not.toContainEqual(warning);
  });

  it("makes no further call after a hangup", () => {
    const turn = sessionOf(read({ actions: { on_entry: ["hangup"] } })).open();
    expect(turn.calls).toEqual([]);
    expect(turn.outcome.session_ended).toBe(true);
  });
});

describe("end_call", () => {
  it.each([
    [{ static_text: "Bye" }, "Bye", 0],
    [{ system_prompt: "Say bye" }, "end!", 1],
    [{}, "", 0],
  ])("with %j says %j and ends the session", (prompt, response, calls) => {
    const session = sessionOf([
      { id: "a", system_prompt: "A", transitions: to(["user_responded", "end"]) },
      { id: "end", type: "end_call", ...prompt },
    ]);
    session.open();
    const turn = session.say("x");
    expect(turn.outcome).toMatchObject({ response, session_ended: true, silent: response === "", node_id: "end" });
    expect(turn.calls).toHaveLength(calls);
    expect(session.say("still there?").failed).toBe("session_ended");
  });

  it("can end a session while it opens", () => {
    const session = sessionOf([{ id: "a", static_text: "A", transitions: to(["always", "end"]) }, end]);
    expect(session.open().outcome.session_ended).toBe(true);
  });
});

describe("escalate", () => {
  const nodes = (extra: Partial<Extract<Node, { type: "escalate" }>> = {}): Node[] => [
    { id: "a", system_prompt: "A", transitions: to(["contains:human", "desk"]) },
    { id: "desk", type: "escalate", reason: "asked by {{who}}", static_text: "One moment.", ...extra },
    { id: "back", proactive: true, static_text: "I'm back.", transitions: to(["always", "a"]) },
    end,
  ];
  const escalated = (extra: Parameters<typeof nodes>[0]) => {
    const session = sessionOf(nodes(extra), {}, { max_transitions: 20 });
    session.state = { ...session.state, variables: { who: "Jack" } };
    session.open();
    return { session, turn: session.say("human please") };
  };

  it("says its text, opens the escalation and waits", () => {
    const { session, turn } = escalated({});
    expect(turn.outcome).toMatchObject({ response: "One moment.", node_id: "desk", session_ended: false });
    expect(turn.effects).toContainEqual({ type: "escalation.open", reason: "asked by Jack", nodeId: "desk" });
    expect(session.state.escalated).toEqual({ reason: "asked by Jack" });
  });

  it("keeps silent while a human has the session: no call, no transition, the turn still counts", () => {
    const { session } = escalated({ transitions: to(["user_responded", "end"]) });
    const turn = session.say("are you there?");
    expect(turn.calls).toEqual([]);
    expect(turn.outcome).toMatchObject({
      response: "",
      silent: true,
      node_id: "desk",
      turn_number: 2,
      transitions: [],
    });
    expect(session.feed({ type: "timer.fired", secondsInNode: 9999 }).outcome.silent).toBe(true);
  });

  it("takes handed_back after the hand-back and goes on from there", () => {
    const { session } = escalated({ transitions: to(["handed_back", "back"]) });
    const turn = session.feed({ type: "handed_back", summary: "sent a new label" });
    expect(turn.path).toEqual(["desk>back (handed_back)", "back>a (always)"]);
    expect(turn.outcome.response).toBe("I'm back.");
    expect(session.state).toMatchObject({ escalated: null, handedBack: false, nodeId: "a" });
  });

  it("answers with its prompt when no handed_back transition fires, and then serves messages again", () => {
    const { session } = escalated({ system_prompt: "Sum up", transitions: to(["contains:done", "end"]) });
    const turn = session.feed({ type: "handed_back" });
    expect(turn.outcome.response).toBe("desk!");
    expect(turn.calls[0]).toMatchObject({ system: "Sum up" });
    expect(session.say("thanks").outcome.response).toBe("desk!");
    expect(session.say("done").outcome.session_ended).toBe(true);
  });

  it("fires no other condition at the hand-back, and none by a timer while a human has the session", () => {
    const { session } = escalated({ transitions: to(["variable_equals:who=Jack", "end"], ["timeout:5s", "end"]) });
    expect(session.feed({ type: "timer.fired", secondsInNode: 9 }).path).toEqual([]);
    expect(session.feed({ type: "handed_back" }).path).toEqual([]);
    expect(session.say("thanks").path).toEqual(["desk>end (variable_equals:who=Jack)"]);
  });

  it("waits in silence when the hand-back leads to a node that waits", () => {
    const { session } = escalated({ transitions: to(["handed_back", "a"]) });
    const turn = session.feed({ type: "handed_back" });
    expect(turn.outcome).toMatchObject({ node_id: "a", silent: true });
    expect(turn.calls).toEqual([]);
  });

  it("is silent at the hand-back of a session that was escalated from outside", () => {
    const session = sessionOf(nodes({ transitions: to(["handed_back", "back"]) }));
    session.open();
    expect(session.feed({ type: "handed_back" }).outcome.silent).toBe(true);
    expect(session.say("hello").outcome.response).toBe("a!");
  });
});
