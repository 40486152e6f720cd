import { describe, expect, it } from "vitest";
import { type ConditionFacts, parseCondition, testCondition } from "../src/conditions.js";
import { end, sessionOf, to } from "./session.js";

const facts: ConditionFacts = {
  text: "",
  nodeTurns: 0,
  secondsInNode: 0,
  variables: {},
  handedBack: false,
  intent: undefined,
  api: undefined,
};

function verdict(text: string, given: Partial<ConditionFacts>): string {
  const parsed = parseCondition(text);
  return parsed.ok ? testCondition(parsed.condition, { ...facts, ...given }) : parsed.code;
}

describe("a condition", () => {
  const table: [condition: string, given: Partial<ConditionFacts>, expected: string][] = [
    ["always", {}, "yes"],
    ["user_responded", { text: "hi" }, "yes"],
    ["user_responded", { text: "  \n" }, "no"],
    ["contains:Help", { text: "please HELP me" }, "yes"],
    ["contains:help", { text: "hel p" }, "no"],
    ["contains:straße", { text: "In der STRASSE" }, "yes"],
    ["contains:σας", { text: "ΓΙΑ ΣΑΣ" }, "yes"],
    ["contains:é", { text: "cafe\u0301" }, "yes"],
    ["contains:a:b", { text: "x A:B y" }, "yes"],
    ["max_turns:2", { nodeTurns: 1 }, "no"],
    ["max_turns:2", { nodeTurns: 2 }, "yes"],
    ["timeout:30s", { secondsInNode: 29.9 }, "no"],
    ["timeout:30s", { secondsInNode: 30 }, "yes"],
    ["variables_extracted:a,b", { variables: { a: 1, b: false } }, "yes"],
    ["variables_extracted:a, b", { variables: { a: 1, b: null } }, "no"],
    ["variables_extracted:toString", {}, "no"],
    ["extraction_failed:a,b", { variables: { a: 1 } }, "yes"],
    ["extraction_failed:a,b", { variables: { a: 1, b: "" } }, "no"],
    ["variable_equals:plan=Gold", { variables: { plan: " gold" } }, "yes"],
    ["variable_equals:plan=gold", { variables: { plan: "golden" } }, "no"],
    ["variable_equals:sum=a=b", { variables: { sum: "A=B" } }, "yes"],
    ["variable_equals:n=5", { variables: { n: 5 } }, "yes"],
    ["variable_equals:ok=TRUE", { variables: { ok: true } }, "yes"],
    ["variable_equals:missing=", {}, "no"],
    ["intent:buy", { text: "x" }, "ask"],
    ["intent:buy", { text: "x", intent: "buy" }, "yes"],
    ["intent:buy", { text: "x", intent: "sell" }, "no"],
    ["intent:no_match", { text: "x", intent: null }, "yes"],
    ["intent:no_match", { text: "x", intent: "buy" }, "no"],
    ["intent:no_match", { text: "", intent: undefined }, "no"],
    ["handed_back", { handedBack: true }, "yes"],
    ["handed_back", {}, "no"],
    ["api_success", {}, "no"],
    ["api_status:404", {}, "no"],
  ];
  it.each(table)("%s given %j is %s", (condition, given, expected) => {
    expect(verdict(condition, given)).toBe(expected);
  });

  it.each([
    "contains:",
    "contains:  ",
    "contains",
    "max_turns:0",
    "max_turns:x",
    "max_turns:1.5",
    "timeout:0s",
    "timeout:30",
    "timeout:-1s",
    "variables_extracted:",
    "variables_extracted:a,,b",
    "extraction_failed:",
    "variable_equals:a",
    "variable_equals:=x",
    "intent:",
    "api_status:99",
    "api_response_contains:",
    "allways",
    "toString",
    "constructor:x",
  ])("refuses %s", (condition) => {
    expect(verdict(condition, {})).toBe("bad_condition");
  });

  it("calls a sentence the deprecated free-text form", () => {
    expect(verdict("the user wants to book", {})).toBe("deprecated_field");
  });
});

describe("the order of transitions", () => {
  const at = (transitions: ReturnType<typeof to>) => [
    { id: "a", static_text: "A", transitions },
    { id: "low", static_text: "L", transitions: to(["user_responded", "end"]) },
    { id: "high", static_text: "H", transitions: to(["user_responded", "end"]) },
    end,
  ];

  it("tries lower priorities first", () => {
    const session = sessionOf(at(to(["user_responded", "high", 5], ["contains:x", "low", -1])));
    session.open();
    expect(session.say("x").outcome.node_id).toBe("low");
  });

  it("keeps the order of the document among equal priorities", () => {
    const session = sessionOf(at(to(["contains:x", "high"], ["user_responded", "low"], ["always", "end", 9])));
    // `always` makes the node a pass-through, so it stays to the end of the list on a user turn only when it waits.
    expect(session.open().path).toEqual(["a>end (always)"]);
    const waiting = sessionOf(at(to(["contains:x", "high"], ["user_responded", "low"])));
    waiting.open();
    expect(waiting.say("x").outcome.node_id).toBe("high");
  });
});

describe("max_turns", () => {
  it("counts user turns in the node, raised before evaluation and reset by every transition", () => {
    const session = sessionOf([
      { id: "a", system_prompt: "A", transitions: to(["contains:again", "a"], ["max_turns:2", "end"]) },
      end,
    ]);
    session.open();
    expect(session.say("one").outcome.node_id).toBe("a");
    expect(session.say("again").path).toEqual(["a>a (contains:again)"]);
    expect(session.state.nodeTurns).toBe(0);
    expect(session.say("one").outcome.session_ended).toBe(false);
    expect(session.say("two").path).toEqual(["a>end (max_turns:2)"]);
  });
});

describe("timeout", () => {
  const nodes = [
    {
      id: "a",
      system_prompt: "A",
      transitions: to(["timeout:60s", "late"], ["variable_equals:x=1", "end"], ["user_responded", "b"]),
    },
    { id: "late", proactive: true, static_text: "Still there?", transitions: to(["user_responded", "b"]) },
    { id: "b", system_prompt: "B", transitions: to(["contains:bye", "end"]) },
    end,
  ];

  it("is evaluated at the next message", () => {
    const session = sessionOf(nodes);
    session.open();
    expect(session.say("hi", 61).path).toEqual(["a>late (timeout:60s)"]);
  });

  it("advances the session by a timer, pushes what proactive nodes say and counts no user turn", () => {
    const session = sessionOf(nodes);
    session.open();
    const { outcome, calls } = session.feed({ type: "timer.fired", secondsInNode: 60 });
    expect(outcome.response).toBe("Still there?");
    expect(outcome.turn_number).toBe(0);
    expect(calls).toEqual([]);
  });

  it("fires no other condition by a timer, and nobody answers when nothing was due", () => {
    const session = sessionOf(nodes);
    session.open();
    session.state = { ...session.state, variables: { x: "1" } };
    const early = session.feed({ type: "timer.fired", secondsInNode: 59 });
    expect(early.outcome.silent).toBe(true);
    expect(early.outcome.transitions).toEqual([]);
    expect(early.outcome.node_id).toBe("a");
  });

  it("starts again in the node that a transition leads to", () => {
    const session = sessionOf([
      { id: "a", static_text: "A", transitions: to(["user_responded", "r"]) },
      { id: "r", static_text: "R", transitions: to(["timeout:1s", "end", 0], ["always", "b", 1]) },
      { id: "b", static_text: "B", transitions: to(["user_responded", "end"]) },
      end,
    ]);
    session.open();
    expect(session.say("x", 999).outcome.node_id).toBe("b");
  });
});
