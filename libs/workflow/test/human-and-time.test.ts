import { describe, expect, it } from "vitest";
import { pendingTimeout } from "../src/index.js";
import { end, type Node, sessionOf, to } from "./session.js";

const nodes: Node[] = [
  {
    id: "a",
    system_prompt: "A",
    transitions: to(["contains:next", "b"], ["timeout:30s", "end"], ["timeout:12.5s", "b"]),
  },
  { id: "b", system_prompt: "B", transitions: to(["contains:desk", "desk"]) },
  { id: "desk", type: "escalate", reason: "r", transitions: to(["handed_back", "a"], ["timeout:5s", "end"]) },
  end,
];

describe("the pending timeout", () => {
  it("is the shortest of the waiting node, and none when no timeout is configured", () => {
    const session = sessionOf(nodes);
    session.open();
    expect(pendingTimeout(session.workflow, session.state)).toBe(12.5);
    session.say("next");
    expect(pendingTimeout(session.workflow, session.state)).toBeNull();
    session.say("desk");
    // A human has it: the timeout of the node waits for the agent.
    expect(pendingTimeout(session.workflow, session.state)).toBeNull();
    session.feed({ type: "handed_back" });
    expect(pendingTimeout(session.workflow, session.state)).toBe(12.5);
    session.feed({ type: "timer.fired", secondsInNode: 31 });
    expect(session.state.ended).toBe(true);
    expect(pendingTimeout(session.workflow, session.state)).toBeNull();
  });
});

describe("a human who takes the session from any node", () => {
  it("silences messages and timers without a call, until somebody says that it is the agent's again", () => {
    const session = sessionOf(nodes);
    session.open();
    const written = session.feed({ type: "user.message", text: "next", secondsInNode: 99, human: true });
    expect(written.calls).toEqual([]);
    expect(written.outcome).toMatchObject({ silent: true, node_id: "a", turn_number: 1, transitions: [] });
    const timer = session.feed({ type: "timer.fired", secondsInNode: 99, human: true });
    expect([timer.outcome.silent, timer.path]).toEqual([true, []]);
    const back = session.feed({ type: "user.message", text: "next", secondsInNode: 1, human: false });
    expect(back.path).toEqual(["a>b (contains:next)"]);
  });

  it("returns it silently when no node waits for the hand-back", () => {
    const session = sessionOf(nodes);
    session.open();
    session.feed({ type: "user.message", text: "hello", secondsInNode: 1, human: true });
    const back = session.feed({ type: "handed_back" });
    expect(back.outcome).toMatchObject({ silent: true, node_id: "a" });
    expect(session.say("next").path).toEqual(["a>b (contains:next)"]);
  });
});
