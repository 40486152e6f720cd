import { initialState, step, WorkflowError } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { end, type Node, Session, sessionOf, to } from "./session.js";

describe("response text", () => {
  it("answers from the node where the chain ended when nothing was spoken (greeting → scheduling)", () => {
    const session = sessionOf(
      [
        {
          id: "greeting",
          name: "Welcome Greeting",
          proactive: true,
          static_text: "Hello!",
          intents: { schedule_appointment: { description: "book" } },
          transitions: to(["intent:schedule_appointment", "scheduling"]),
        },
        {
          id: "scheduling",
          name: "Schedule Appointment",
          system_prompt: "Book",
          transitions: to(["contains:x", "end"]),
        },
        end,
      ],
      { classify: () => ["schedule_appointment", 0.9] },
    );
    session.open();
    const { outcome } = session.say("I'd like to schedule an appointment");
    expect(outcome).toEqual({
      response: "scheduling!",
      messages: [{ node_id: "scheduling", node_name: "Schedule Appointment", content: "scheduling!" }],
      transitions: [
        {
          from_node: "greeting",
          from_node_name: "Welcome Greeting",
          to_node: "scheduling",
          to_node_name: "Schedule Appointment",
          condition: "intent:schedule_appointment",
        },
      ],
      extracted_variables: null,
      node_id: "scheduling",
      node_name: "Schedule Appointment",
      previous_node_id: "greeting",
      previous_node_name: "Welcome Greeting",
      session_ended: false,
      silent: false,
      turn_number: 1,
      transition_count: 1,
    });
  });

  const greeting: Node[] = [
    { id: "wait", proactive: true, static_text: "Name?", transitions: to(["user_responded", "extract"]) },
    {
      id: "extract",
      type: "retrieve_variable",
      variables: [
        { variable_name: "first_name", extraction_prompt: "name" },
        { variable_name: "zip_code", extraction_prompt: "zip" },
      ],
      transitions: to(["variables_extracted:first_name,zip_code", "personal"]),
    },
    { id: "personal", proactive: true, static_text: "Thank you, {{first_name}}!", transitions: to(["always", "qa"]) },
    { id: "qa", system_prompt: "Answer", transitions: to(["contains:bye", "end"]) },
    end,
  ];

  it("leaves a final silent node silent when something was spoken (Personalized Greeting → MRI Q&A)", () => {
    const session = sessionOf(greeting, { extract: { first_name: "Jack", zip_code: "30301" } });
    session.open();
    const turn = session.say("My name is Jack and my zip code is 30301");
    expect(turn.outcome.response).toBe("Thank you, Jack!");
    expect(turn.outcome.node_id).toBe("qa");
    expect(turn.outcome.extracted_variables).toEqual({ first_name: "Jack", zip_code: "30301" });
    expect(turn.path).toEqual([
      "wait>extract (user_responded)",
      "extract>personal (variables_extracted:first_name,zip_code)",
      "personal>qa (always)",
    ]);
  });

  it("returns all text of the opening chain, and no answer when nothing was spoken", () => {
    const session = sessionOf([
      { id: "a", proactive: true, static_text: "Thank you for calling.", transitions: to(["always", "b"]) },
      { id: "b", proactive: true, system_prompt: "Greet", transitions: to(["always", "c"]) },
      { id: "c", system_prompt: "Collect", transitions: to(["user_responded", "end"]) },
      end,
    ]);
    const { outcome } = session.open();
    expect(outcome.response).toBe("Thank you for calling. b!");
    expect(outcome.messages.map(({ node_id }) => node_id)).toEqual(["a", "b"]);
    expect(outcome).toMatchObject({ previous_node_id: "a", node_id: "c", turn_number: 0 });
  });

  it("does not count a blank answer as spoken", () => {
    const session = sessionOf(
      [
        { id: "a", system_prompt: "A", transitions: to(["user_responded", "b"]) },
        { id: "b", proactive: true, system_prompt: "B", transitions: to(["always", "c"]) },
        { id: "c", system_prompt: "C", transitions: to(["contains:x", "end"]) },
        end,
      ],
      { reply: ({ nodeId }) => (nodeId === "b" ? "  \n" : " fine \n") },
    );
    session.open();
    expect(session.say("hi").outcome.messages).toEqual([{ node_id: "c", node_name: null, content: "fine" }]);
  });
});

describe("the loop guard", () => {
  const loop: Node[] = [
    { id: "a", static_text: "A", transitions: to(["always", "b"]) },
    { id: "b", proactive: true, static_text: "B", transitions: to(["always", "a"]) },
    { id: "end", name: "End", type: "end_call", static_text: "Bye" },
    { id: "other", type: "end_call" },
  ];

  it("goes to the first end node when one more transition would exceed the limit", () => {
    const session = sessionOf(loop, {}, { max_transitions: 5 });
    const turn = session.open();
    expect(turn.path).toHaveLength(6);
    expect(turn.path.at(-1)).toBe("b>end (max_transitions)");
    expect(turn.outcome).toMatchObject({ session_ended: true, transition_count: 5, response: "B B B Bye" });
    expect(turn.effects).toContainEqual(expect.objectContaining({ type: "warning", code: "max_transitions" }));
  });

  it("counts over the whole session, 50 by default", () => {
    const session = sessionOf([
      { id: "a", static_text: "A", transitions: to(["user_responded", "a"]) },
      { id: "end", type: "end_call" },
    ]);
    session.open();
    for (let turn = 1; turn <= 50; turn += 1) expect(session.say("x").outcome.session_ended).toBe(false);
    expect(session.say("x").path).toEqual(["a>end (max_transitions)"]);
  });
});

describe("a failed answer", () => {
  it("fails the turn with the code of the model and leaves the session usable", () => {
    const session = sessionOf([{ id: "a", system_prompt: "A", transitions: to(["contains:bye", "end"]) }, end]);
    session.open();
    const before = session.state;
    session.answers = { reply: () => ({ failed: "model_unavailable" }) };
    expect(session.say("hi").failed).toBe("model_unavailable");
    expect(session.state).toBe(before);
    session.answers = {};
    expect(session.say("hi").outcome).toMatchObject({ response: "a!", turn_number: 1 });
  });
});

describe("the caller's contract", () => {
  const nodes: Node[] = [{ id: "a", system_prompt: "A", transitions: to(["contains:bye", "end"]) }, end];

  it("gives calls ids that are unique in the session and the same in every run", () => {
    const ids = () => {
      const session = sessionOf(nodes);
      return [session.open(), session.say("a"), session.say("b")].flatMap(({ calls }) => calls.map((c) => c.callId));
    };
    expect(ids()).toEqual(["2.1", "3.1"]);
    expect(ids()).toEqual(ids());
  });

  it("refuses events while a call is pending, and results that nobody waits for", () => {
    const { workflow } = sessionOf(nodes);
    const open = step(workflow, initialState(workflow), { type: "session.opened" });
    const asked = step(workflow, open.state, { type: "user.message", text: "x", secondsInNode: 0 });
    const result = { type: "reply", text: "hi" } as const;
    const wrong = () => step(workflow, asked.state, { type: "call.done", callId: "9.9", result });
    expect(() => step(workflow, asked.state, { type: "session.opened" })).toThrow(WorkflowError);
    expect(wrong).toThrow(WorkflowError);
    expect(() => step(workflow, open.state, { type: "call.done", callId: "2.1", result })).toThrow(WorkflowError);
    const extraction = { type: "extraction", values: {} } as const;
    const mixed = () => step(workflow, asked.state, { type: "call.done", callId: "2.1", result: extraction });
    expect(mixed).toThrow(WorkflowError);
    expect(step(workflow, asked.state, { type: "call.done", callId: "2.1", result }).state.turn).toBeNull();
  });

  it("seeds variables without calling them extracted", () => {
    const session = new Session(
      {
        agent: { name: "T" },
        workflow: { initial_node: "a", nodes: [{ id: "a", proactive: true, static_text: "Hi {{who}}" }] },
      },
      {},
      { who: "Jack" },
    );
    expect(session.open().outcome).toMatchObject({ response: "Hi Jack", extracted_variables: null });
  });
});
